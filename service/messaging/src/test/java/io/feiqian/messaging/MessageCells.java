package io.feiqian.messaging;

import io.feiqian.messaging.spi.MessageChannel;
import io.feiqian.routing.RouteMap;
import io.feiqian.routing.WorkKind;
import io.feiqian.runtime.Backoff;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.MicroBatcher.Lane;
import io.feiqian.runtime.Timer;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.Claim;
import io.feiqian.storage.GroupedCommits;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.storage.Work;
import io.feiqian.telemetry.Alarm;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.SubNumber;
import io.feiqian.vocabulary.TraceNumber;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.function.Function;

/** Two cells with a database each, in one process: one sends, the other consumes. */
final class MessageCells implements AutoCloseable {
    static final BusinessDate DAY = BusinessDate.parse("2026-01-05");
    static final Slot HERE = new Slot(17);
    static final Slot THERE = new Slot(9_000);

    /** Fast enough for tests; nothing is scanned or cleaned unless a test says so. */
    static final MessagingSettings SETTINGS =
            MessagingSettings.DEFAULT
                    .withRetry(new Backoff(Duration.ofMillis(2), Duration.ofMillis(20)), 5, 3)
                    .withScans(Duration.ofHours(1), Duration.ZERO)
                    .withKeepFinished(Duration.ZERO);

    private static final RouteMap MAP = RouteMap.evenly(2);
    private static final int MOST_PAUSES = 10_000;

    /** One cell: its database, which outlives instances. */
    final class Cell {
        final CellDatabase database;
        final GroupedCommits commits;
        volatile CellMessages serving;

        Cell(CellId id, TemporaryDatabase fresh) {
            this.database = CellDatabase.open(fresh.config(), id, List.of("notes", "messaging"));
            database.ownership().initialise(MAP);
            database.businessDays().initialise(DAY);
            commits =
                    new GroupedCommits(
                            database,
                            GroupedCommits.Settings.defaults(),
                            Clock.system(),
                            timer,
                            new SimpleMeterRegistry(),
                            alarms::add);
            serving = instance();
        }

        /** Another instance over the same database. */
        CellMessages instance() {
            MessageChannel channel = delivery -> network.apply(delivery);
            CellMessages fresh =
                    new CellMessages(
                            new CellMessages.Ports(
                                    commits,
                                    database.pool(),
                                    channel,
                                    Clock.system(),
                                    timer,
                                    alarms::add),
                            List.of(notes),
                            SETTINGS);
            instances.add(fresh);
            return fresh;
        }

        /** The serving instance is gone, with whatever it had in memory; another one serves. */
        CellMessages crash() {
            serving.close();
            serving = instance();
            return serving;
        }

        void run(String sql) {
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute(sql);
            } catch (SQLException failed) {
                throw new AssertionError(sql, failed);
            }
        }

        long number(String sql) {
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                row.next();
                return row.getLong(1);
            } catch (SQLException failed) {
                throw new AssertionError(sql, failed);
            }
        }

        List<String> texts(String sql) {
            List<String> found = new ArrayList<>();
            try (Connection connection = database.pool().getConnection();
                    Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery(sql)) {
                while (row.next()) {
                    found.add(row.getString(1));
                }
                return found;
            } catch (SQLException failed) {
                throw new AssertionError(sql, failed);
            }
        }

        long unfinished() {
            return number("select count(*) from outbox where state = 1");
        }
    }

    final Timer timer = Timer.system("test-timer");
    final List<Alarm> alarms = new CopyOnWriteArrayList<>();
    final Notes notes = new Notes();

    /** What becomes of deliveries; {@link #deliver} unless a test says otherwise. */
    volatile Function<Delivery, CompletableFuture<DeliveryReply>> network = this::deliver;

    private final List<CellMessages> instances = new CopyOnWriteArrayList<>();
    private final AtomicLong serials = new AtomicLong();
    private final TemporaryDatabase first = TemporaryDatabase.create();
    private final TemporaryDatabase second = TemporaryDatabase.create();
    final Cell here = new Cell(new CellId(1), first);
    final Cell there = new Cell(new CellId(2), second);

    /** As at the start: nothing on record, a fresh instance of each cell. */
    void reset() {
        instances.forEach(CellMessages::close);
        instances.clear();
        network = this::deliver;
        notes.refused.clear();
        notes.onward = message -> Optional.empty();
        for (Cell each : List.of(here, there)) {
            each.run("truncate outbox, outbox_key, inbox_mark, note");
            each.serving = each.instance();
        }
        alarms.clear();
    }

    /** Hands a message to the instance that serves its slot. */
    CompletableFuture<DeliveryReply> deliver(Delivery delivery) {
        Slot slot = delivery.message().key().consumer();
        Cell cell = MAP.route(slot).owner().equals(new CellId(1)) ? here : there;
        return cell.serving.receive(delivery);
    }

    /** As if the wire were cut. */
    static CompletableFuture<DeliveryReply> lose() {
        return CompletableFuture.completedFuture(new DeliveryReply.Unheard("it was lost"));
    }

    /** As if nobody were there. */
    static CompletableFuture<DeliveryReply> nobody() {
        return CompletableFuture.completedFuture(
                DeliveryReply.refused(OutcomeCode.CELL_UNAVAILABLE, "nobody"));
    }

    TraceNumber trace() {
        return TraceNumber.of(DAY, HERE, 1, serials.incrementAndGet());
    }

    static MessageKey key(String name) {
        return MessageKey.of(HERE, THERE, Notes.TOPIC, name);
    }

    Message message(String name, String text) {
        return Message.of(key(name), trace(), SubNumber.OWN, Payload.ofText(text));
    }

    /** Sends by the serving instance of this cell, and waits until that is durable. */
    Answer send(Message message) {
        return send(here.serving, message).join();
    }

    CompletableFuture<Answer> send(CellMessages by, Message message) {
        return by.commits().submit(work(by, message));
    }

    Work work(CellMessages by, Message message) {
        return new Work(
                List.of(Claim.of(message.key().producer(), WorkKind.NEW_WORK)),
                List.of(by.sending(message)),
                Lane.NEW,
                Deadline.after(Duration.ofSeconds(20), Clock.system()));
    }

    /** What was consumed under a name, in order. */
    List<String> consumed(String name) {
        return there.texts(
                "select text from note where name = '%s' order by serial".formatted(name));
    }

    /** Waits until everything that was sent is acknowledged. */
    void settle() {
        until(() -> here.unfinished() == 0);
    }

    /** Waits for what other threads bring about; fails a test that would wait for ever. */
    void until(BooleanSupplier condition) {
        for (int i = 0; i < MOST_PAUSES; i++) {
            if (condition.getAsBoolean()) {
                return;
            }
            try {
                timer.pause(Duration.ofMillis(2));
            } catch (InterruptedException stopped) {
                Thread.currentThread().interrupt();
                throw new AssertionError("interrupted", stopped);
            }
        }
        throw new AssertionError("waited in vain");
    }

    @Override
    public void close() {
        instances.forEach(CellMessages::close);
        for (Cell each : List.of(here, there)) {
            each.commits.close();
            each.database.close();
        }
        timer.close();
        first.close();
        second.close();
    }
}
