package io.feiqian.chaos;

import io.feiqian.participant.BranchAnswer;
import io.feiqian.participant.BranchContext;
import io.feiqian.participant.ContextHeader;
import io.feiqian.participant.ContextKeys;
import io.feiqian.participant.FinishOrder;
import io.feiqian.participant.FinishReport;
import io.feiqian.participant.HttpChannel;
import io.feiqian.participant.Inquiry;
import io.feiqian.participant.Verdict;
import io.feiqian.participant.spi.ServiceChannel;
import io.feiqian.runtime.Randomness;
import io.feiqian.vocabulary.OutcomeCode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a service of a run reaches the others: the instances of a name in turn, a second one where
 * the first is silent, and every now and then the same call twice. Thread-safe.
 */
final class PeerCalls implements ServiceChannel {
    private static final Duration PATIENCE = Duration.ofSeconds(3);
    private static final int ONE_REPEATED_IN = 20;
    private static final int TRIES = 2;

    private final Map<String, List<Integer>> peers;
    private final ContextKeys keys;
    private final HttpClient client =
            HttpClient.newBuilder()
                    .version(HttpClient.Version.HTTP_1_1)
                    .connectTimeout(Duration.ofSeconds(2))
                    .build();
    private final HttpChannel channel;
    private final AtomicInteger turn = new AtomicInteger();

    /** Guarded by itself. */
    private final Randomness random;

    PeerCalls(Map<String, List<Integer>> peers, ContextKeys keys, long seed) {
        this.peers = peers;
        this.keys = keys;
        this.channel = new HttpChannel(client, this::address, keys, PATIENCE);
        this.random = Randomness.seeded(seed);
    }

    @Override
    public CompletionStage<List<FinishReport>> finish(String service, List<FinishOrder> orders) {
        CompletionStage<List<FinishReport>> reports = channel.finish(service, orders);
        return repeats() ? reports.thenCompose(first -> channel.finish(service, orders)) : reports;
    }

    @Override
    public CompletionStage<Verdict> inquire(String initiator, Inquiry inquiry) {
        return channel.inquire(initiator, inquiry);
    }

    /** Begins a branch; a call that was not answered is repeated with the same context. */
    BranchAnswer branch(BranchContext context, Leg leg) {
        String header = ContextHeader.write(context, keys);
        String body = Wire.write(new Wire.Branch(leg.how(), leg.content()));
        Duration patience =
                context.remaining().compareTo(PATIENCE) < 0 ? context.remaining() : PATIENCE;
        if (patience.isZero() || patience.isNegative()) {
            return Wire.Reply.unknown("no time left").branch();
        }
        return post(leg.service(), Wire.BRANCHES, header, body, patience).branch();
    }

    /** Calls a step. */
    Wire.Reply step(Wire.Step step) {
        return post(step.leg().service(), Wire.STEPS, "none", Wire.write(step), PATIENCE);
    }

    private Wire.Reply post(
            String service, String path, String header, String body, Duration patience) {
        boolean again = repeats();
        Wire.Reply reply = Wire.Reply.unknown("not asked");
        for (int i = 0; i < TRIES; i++) {
            Wire.Reply next = once(service, path, header, body, patience);
            if (next.code() != OutcomeCode.UNKNOWN) {
                reply = next;
                if (!again) {
                    return reply;
                }
            }
        }
        return reply;
    }

    private Wire.Reply once(
            String service, String path, String header, String body, Duration patience) {
        HttpRequest request =
                HttpRequest.newBuilder(address(service).resolve(path))
                        .timeout(patience)
                        .header(ContextHeader.NAME, header)
                        .POST(BodyPublishers.ofString(body))
                        .build();
        try {
            return Wire.read(
                    client.send(request, BodyHandlers.ofString()).body(), Wire.Reply.class);
        } catch (IOException | java.io.UncheckedIOException silent) {
            return Wire.Reply.unknown(service + ": " + silent.getClass().getSimpleName());
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return Wire.Reply.unknown(service + ": interrupted");
        }
    }

    private URI address(String service) {
        List<Integer> ports = peers.getOrDefault(service, List.of());
        if (ports.isEmpty()) {
            throw new IllegalArgumentException("service: " + service + " (expected: " + peers);
        }
        return URI.create(
                "http://127.0.0.1:"
                        + ports.get(Math.floorMod(turn.getAndIncrement(), ports.size())));
    }

    private boolean repeats() {
        synchronized (random) {
            return random.nextInt(ONE_REPEATED_IN) == 0;
        }
    }
}
