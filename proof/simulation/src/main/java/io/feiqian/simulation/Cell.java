package io.feiqian.simulation;

import io.feiqian.messaging.Delivery;
import io.feiqian.messaging.DeliveryReply;
import io.feiqian.participant.BranchKey;
import io.feiqian.simulation.database.Database;
import io.feiqian.simulation.events.Dice;
import io.feiqian.storage.Answer;
import io.feiqian.transaction.PeerMessage;
import io.feiqian.transaction.PeerReply;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Epoch;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** One cell: a database and the instances over it. Not thread-safe. */
final class Cell {
    private static final int MOST_TRIES_WHERE_BOUNDED = 3;

    private record Sent(PeerMessage.Kind kind, BranchKey key) {}

    private final CellId id;
    private final Database database;
    private final Dice dice;
    private final Rules rules;
    private final List<Instance> instances = new ArrayList<>();
    private final Map<Sent, Integer> sent = new HashMap<>();

    Cell(CellId id, Database database, Dice dice, Rules rules) {
        this.id = id;
        this.database = database;
        this.dice = dice;
        this.rules = rules;
    }

    CellId id() {
        return id;
    }

    /** Its place in the network. */
    int number() {
        return id.number();
    }

    Database database() {
        return database;
    }

    List<Instance> instances() {
        return instances;
    }

    /** The business day that everybody sees. */
    Tables.Day day() {
        return (Tables.Day) database.visible(Tables.DAY).values().iterator().next();
    }

    /** The ownership rows that everybody sees. */
    List<Range> ranges() {
        return database.visible(Tables.OWNERSHIP).values().stream()
                .map(each -> (Range) each)
                .toList();
    }

    /** A client's order has come; without a living instance nobody hears it. */
    void take(Order order, Optional<Epoch> epoch, Duration wanted, Consumer<Answer> answer) {
        pick().ifPresent(instance -> instance.take(order, epoch, wanted, answer));
    }

    /** A message of a cell has come; without a living instance nobody hears it. */
    void receive(PeerMessage message, Consumer<PeerReply> reply) {
        pick().ifPresent(instance -> instance.receive(message, reply));
    }

    /** A message of an outbox has come; without a living instance nobody hears it. */
    void deliver(Delivery delivery, Consumer<DeliveryReply> reply) {
        pick().ifPresent(instance -> instance.deliver(delivery, reply));
    }

    /** Whether a message was sent so often that it is not sent again: never (retry-for-ever). */
    boolean givesUp(PeerMessage message) {
        return rules.lack(Rule.RETRY_FOR_EVER)
                && message.kind() != PeerMessage.Kind.TRY
                && sent.merge(new Sent(message.kind(), message.key()), 1, Integer::sum)
                        > MOST_TRIES_WHERE_BOUNDED;
    }

    private Optional<Instance> pick() {
        List<Instance> alive = instances.stream().filter(Instance::isAlive).toList();
        return alive.isEmpty() ? Optional.empty() : Optional.of(dice.oneOf(alive));
    }
}
