package io.feiqian.simulation;

import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.transaction.spi.PeerChannel;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/** How an instance sends protocol messages to the owner of a slot. Not thread-safe. */
final class SimulatedPeers implements PeerChannel {
    private static final long FRAME_MICROS = 50_000;

    /** What the rule framed forbids: messages of one frame share the answer of the first. */
    private record Frame(long since, CompletableFuture<PeerReply> answer) {}

    private final World world;
    private final Cell cell;
    private final String name;
    private final SimulatedProcess process;
    private final Map<Slot, Epoch> epochs = new HashMap<>();
    private final Map<Cell, Frame> frames = new HashMap<>();

    SimulatedPeers(World world, Cell cell, String name, SimulatedProcess process) {
        this.world = world;
        this.cell = cell;
        this.name = name;
        this.process = process;
    }

    @Override
    public Optional<CellId> owner(Slot slot) {
        return Optional.of(world.topology().owner(slot));
    }

    @Override
    public CompletableFuture<PeerReply> send(PeerMessage message) {
        CompletableFuture<PeerReply> reply = new CompletableFuture<>();
        if (cell.givesUp(message)) {
            return reply;
        }
        PeerMessage addressed = message.with(epochs.computeIfAbsent(message.slot(), world::epoch));
        Cell target = world.owner(message.slot());
        if (world.rules().lack(Rule.FRAMED)) {
            shareAnswer(target, reply);
        }
        world.log(() -> name + " sends " + message.kind() + " " + message.key());
        world.network()
                .send(
                        cell.number(),
                        target.number(),
                        () ->
                                target.receive(
                                        addressed,
                                        back -> comesBack(target, addressed, back, reply)));
        var _ =
                process.after(
                        message.remaining(),
                        () -> reply.complete(new PeerReply.Unheard("no answer in time")));
        return reply;
    }

    private void shareAnswer(Cell target, CompletableFuture<PeerReply> reply) {
        long now = world.scheduler().now();
        Frame frame = frames.get(target);
        if (frame == null || frame.since + FRAME_MICROS < now) {
            frames.put(target, new Frame(now, reply));
        } else {
            var _ = frame.answer.thenAccept(reply::complete);
        }
    }

    private void comesBack(
            Cell from, PeerMessage message, PeerReply back, CompletableFuture<PeerReply> reply) {
        world.network()
                .send(
                        from.number(),
                        cell.number(),
                        () ->
                                process.run(() -> {
                                    if (isRouting(back)) {
                                        epochs.remove(message.slot());
                                    }
                                    world.log(() ->
                                            name
                                                    + " hears of "
                                                    + message.kind()
                                                    + " "
                                                    + message.key()
                                                    + ": "
                                                    + back);
                                    reply.complete(back);
                                }));
    }

    private static boolean isRouting(PeerReply reply) {
        return reply instanceof PeerReply.Answered answered
                && answered.code().kind() == OutcomeCode.Kind.ROUTING;
    }
}
