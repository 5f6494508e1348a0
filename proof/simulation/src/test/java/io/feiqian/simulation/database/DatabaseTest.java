package io.feiqian.simulation.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.simulation.database.Statement.Delete;
import io.feiqian.simulation.database.Statement.Exclusive;
import io.feiqian.simulation.database.Statement.Insert;
import io.feiqian.simulation.database.Statement.LockAndRead;
import io.feiqian.simulation.database.Statement.Read;
import io.feiqian.simulation.database.Statement.ReadForUpdate;
import io.feiqian.simulation.database.Statement.Row;
import io.feiqian.simulation.database.Statement.TryShared;
import io.feiqian.simulation.database.Statement.Update;
import io.feiqian.simulation.events.Dice;
import io.feiqian.simulation.events.DriftingClock;
import io.feiqian.simulation.events.EventLog;
import io.feiqian.simulation.events.Scheduler;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The traits of PostgreSQL that PROTOCOLS.md marks as reproduced are there in the model. */
class DatabaseTest {
    private final Scheduler scheduler = new Scheduler();
    private final EventLog log = new EventLog(scheduler, false);
    private final Database database =
            new Database(
                    "d",
                    scheduler,
                    new Dice(1),
                    log,
                    new DriftingClock(scheduler, Instant.EPOCH, 0, 0),
                    Database.Traits.CALM);

    /** What a session was answered, in order. */
    private final class Client {
        final Session session = database.connect();
        final List<Reply> replies = new ArrayList<>();

        Client sends(Statement... statements) {
            session.execute(List.of(statements), replies::add);
            return this;
        }

        Client commits(Statement... statements) {
            session.commit(List.of(statements), replies::add);
            return this;
        }

        Object last(int statement) {
            return ((Reply.Done) replies.getLast()).results().get(statement);
        }

        boolean waits(int answered) {
            return replies.size() == answered;
        }
    }

    private void run(long micros) {
        long until = scheduler.now() + micros;
        while (scheduler.runNext(until)) {
            assertThat(scheduler.count()).isLessThan(100_000);
        }
    }

    private static Read read(Object id) {
        return new Read("t", List.of(id));
    }

    private static Update update(Object id, Object row) {
        return new Update("t", List.of(new Row(id, row)));
    }

    private static Insert insert(Object id, Object row) {
        return new Insert("t", List.of(new Row(id, row)), false);
    }

    @Test
    void nobodySeesAChangeBeforeItsCommitAndEveryStatementSeesTheLatest() {
        database.load("t", 1, "old");
        Client writer = new Client().sends(update(1, "new"), read(1));
        run(100_000);
        Client reader = new Client().sends(read(1));
        run(100_000);
        assertThat(writer.last(1)).isEqualTo(Map.of(1, "new"));
        assertThat(reader.last(0)).isEqualTo(Map.of(1, "old"));
        writer.commits();
        run(100_000);
        reader.sends(read(1));
        run(100_000);
        assertThat(reader.last(0)).isEqualTo(Map.of(1, "new"));
    }

    @Test
    void aRowThatWasWaitedForIsReadAgainButIdsReadBeforeTheLockAreStale() {
        database.load("t", "account", 100);
        Client first = new Client().sends(new ReadForUpdate("t", List.of("account")));
        run(100_000);
        Client second =
                new Client()
                        .sends(read("id"), new ReadForUpdate("t", List.of("account")), read("id"));
        run(100_000);
        assertThat(second.waits(0)).isTrue();
        first.commits(update("account", 70), insert("id", "posted"));
        run(100_000);
        assertThat(second.last(0)).isEqualTo(Map.of());
        assertThat(second.last(1)).isEqualTo(Map.of("account", 70));
        assertThat(second.last(2)).isEqualTo(Map.of("id", "posted"));
    }

    @Test
    void anInsertWaitsForTheOtherInDoubtAndThenConflictsOrNot() {
        Client first = new Client().sends(insert("a", 1), insert("b", 1));
        run(100_000);
        Client same = new Client().commits(insert("a", 2));
        Client ignoring = new Client().commits(new Insert("t", List.of(new Row("b", 2)), true));
        run(100_000);
        assertThat(same.waits(0) && ignoring.waits(0)).isTrue();
        first.commits();
        run(100_000);
        assertThat(same.replies).containsExactly(new Reply.Failed(Reply.Reason.CONFLICT));
        assertThat(ignoring.last(0)).isEqualTo(0);

        Client third = new Client().sends(insert("c", 3));
        run(100_000);
        Client fourth = new Client().commits(insert("c", 4));
        run(100_000);
        third.session.rollback();
        run(100_000);
        assertThat(fourth.last(0)).isEqualTo(1);
        assertThat(database.visible("t")).containsEntry("c", 4);
    }

    @Test
    void aCommitWhoseConnectionIsLostCanTakeEffectAfterItWasNotFound() {
        int notFoundAndThere = 0;
        for (int i = 0; i < 200; i++) {
            int id = i;
            Client old = new Client().commits(insert(id, "x"));
            old.session.lose();
            Client next = new Client().sends(read(id));
            run(80_000);
            boolean found = next.last(0).equals(Map.of(id, "x"));
            run(3_000_000);
            assertThat(old.replies).containsExactly(new Reply.Lost());
            if (!found && database.visible("t").containsKey(id)) {
                notFoundAndThere++;
            }
        }
        assertThat(notFoundAndThere).isPositive();
    }

    @Test
    void theSameInsertAgainFindsTheTruthAboutALostCommit() {
        database.load("t", "account", 0);
        for (int i = 0; i < 200; i++) {
            Integer id = i;
            Client old = new Client().sends(new ReadForUpdate("t", List.of("account")));
            run(100_000);
            old.commits(insert(id, "old"));
            old.session.lose();
            Client again = new Client().sends(new ReadForUpdate("t", List.of("account")), read(id));
            run(2_500_000);
            boolean found = again.last(1).equals(Map.of(id, "old"));
            run(3_000_000);
            assertThat(database.visible("t").containsKey(id)).isEqualTo(found);
            again.session.rollback();
        }
    }

    @Test
    void aLockAndAReadInOneStatementReadTheOldEpoch() {
        int stale = 0;
        for (int i = 0; i < 300; i++) {
            String id = "slot" + i;
            database.load("t", id, "epoch 1");
            TryShared lock = new TryShared(List.of(id));
            Client moving = new Client().sends(new Exclusive(id), update(id, "epoch 2"));
            run(100_000);
            moving.commits();
            Client both = new Client().sends(new LockAndRead(lock, read(id)));
            Client apart = new Client().sends(lock, read(id));
            run(200_000);
            List<?> one = (List<?>) both.last(0);
            if (one.getFirst().equals(List.of(true))
                    && one.getLast().equals(Map.of(id, "epoch 1"))) {
                stale++;
            }
            if (apart.last(0).equals(List.of(true))) {
                assertThat(apart.last(1)).isEqualTo(Map.of(id, "epoch 2"));
            }
            both.session.rollback();
            apart.session.rollback();
        }
        assertThat(stale).isPositive();
    }

    @Test
    void anExclusiveWaiterStopsLaterSharedRequestsAndTheSwitchWaitsForWritesInFlight() {
        TryShared shared = new TryShared(List.of("slot"));
        Client first = new Client().sends(shared);
        run(50_000);
        Client moving = new Client().sends(new Exclusive("slot"));
        run(50_000);
        Client later = new Client().sends(shared);
        run(50_000);
        assertThat(first.last(0)).isEqualTo(List.of(true));
        assertThat(moving.waits(0)).isTrue();
        assertThat(later.last(0)).isEqualTo(List.of(false));
        first.commits();
        run(50_000);
        assertThat(moving.last(0)).isEqualTo(true);
    }

    @Test
    void twoThatWaitForEachOtherAreFoundAndOneGoesOn() {
        database.load("t", 1, "a");
        database.load("t", 2, "b");
        Client one = new Client().sends(new ReadForUpdate("t", List.of(1)));
        Client two = new Client().sends(new ReadForUpdate("t", List.of(2)));
        run(100_000);
        one.sends(new ReadForUpdate("t", List.of(2)));
        two.sends(new ReadForUpdate("t", List.of(1)));
        run(200_000);
        List<Reply> last = List.of(one.replies.getLast(), two.replies.getLast());
        assertThat(last).containsOnlyOnce(new Reply.Failed(Reply.Reason.DEADLOCK));
        assertThat(last).anyMatch(Reply.Done.class::isInstance);
        assertThat(database.deadlocks()).isEqualTo(1);
    }

    @Test
    void aLockIsNotWaitedForForEver() {
        database.load("t", 1, "a");
        new Client().sends(new ReadForUpdate("t", List.of(1)));
        run(100_000);
        Client other = new Client().sends(new ReadForUpdate("t", List.of(1)));
        run(5_000_000);
        assertThat(other.replies).containsExactly(new Reply.Failed(Reply.Reason.LOCK_TIMEOUT));
    }

    @Test
    void aCommitCanBeDurableAndNotYetVisible() {
        database.behave(new Database.Traits(0, 1_000, 2_000_000, true));
        Client writer = new Client().commits(insert(1, "x"));
        int invisible = 0;
        for (int i = 0; i < 100; i++) {
            run(1_000);
            invisible += database.visible("t").isEmpty() ? 1 : 0;
            assertThat(writer.waits(0) || !database.visible("t").isEmpty()).isTrue();
        }
        assertThat(invisible).isGreaterThan(1);
        assertThat(database.visible("t")).containsEntry(1, "x");
    }

    @Test
    void aStopKeepsWhatWasAnsweredAndDropsWhatWasOpen() {
        Client answered = new Client().commits(insert("answered", 1));
        run(100_000);
        Client open = new Client().sends(insert("open", 1));
        run(100_000);
        Client waiting = new Client().sends(insert("open", 2));
        run(100_000);
        database.stop();
        run(1_000);
        Client down = new Client().sends(read("open"));
        run(10_000);
        database.start();
        open.commits();
        Client next = new Client().commits(insert("open", 3), new Delete("t", List.of("answered")));
        run(100_000);
        assertThat(answered.replies.getLast()).isInstanceOf(Reply.Done.class);
        assertThat(waiting.replies).containsExactly(new Reply.Lost());
        assertThat(down.replies).containsExactly(new Reply.Failed(Reply.Reason.DOWN));
        assertThat(open.replies.getLast()).isEqualTo(new Reply.Failed(Reply.Reason.DOWN));
        assertThat(next.replies.getLast()).isInstanceOf(Reply.Done.class);
        assertThat(database.visible("t")).isEqualTo(Map.of("open", 3));
    }

    @Test
    void anAsynchronousCommitIsAnsweredAndThenLostWithTheTail() {
        database.behave(new Database.Traits(0, 0, 2_000_000, false));
        List<Commit> lost = new ArrayList<>();
        database.watchLost(lost::add);
        Client writer = new Client().commits(insert(1, "x"));
        for (int i = 0; writer.replies.isEmpty(); i++) {
            assertThat(i).isLessThan(1_000);
            run(100);
        }
        database.stop();
        database.start();
        assertThat(database.visible("t")).isEmpty();
        assertThat(lost)
                .flatExtracting(Commit::changes)
                .containsExactly(new Commit.Change("t", 1, Optional.empty(), Optional.of("x")));
    }
}
