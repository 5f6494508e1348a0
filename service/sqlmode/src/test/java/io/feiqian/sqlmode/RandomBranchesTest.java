package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.Requirement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Random branches of random statements, one after the other and interleaved, against a naive twin:
 * full copies of the table from before and after each.
 */
@Timeout(300)
@ParameterizedClass
@EnumSource
final class RandomBranchesTest {
    private final Database kind;
    private static final long SEED = 7;
    private static final int ROUNDS = 60;
    private static final SqlModeSettings BLIND =
            TestDatabase.SETTINGS.withBlindWrites(BlindWrites.ALLOWED);

    RandomBranchesTest(Database kind) {
        this.kind = kind;
    }

    @Test
    @Requirement("B11.2-c")
    void aCancelledBranchLeavesTheTableByteForByteAsBeforeAndAConfirmedOneAsAfter()
            throws SQLException {
        try (TestDatabase database = database()) {
            Random random = new Random(SEED);
            for (int round = 1; round <= ROUNDS; round++) {
                List<String> statements = statements(random, 1 + random.nextInt(6));
                List<String> before = database.content("item");
                boolean done = attempt(database, round, statements);
                List<String> after = database.content("item");
                String story = "seed " + SEED + ", round " + round + ": " + statements;
                if (!done) {
                    assertThat(after).as(story).isEqualTo(before);
                } else if (random.nextInt(3) > 0) {
                    database.cancel(round);
                    assertThat(database.content("item")).as(story).isEqualTo(before);
                } else {
                    database.confirm(round);
                    assertThat(database.content("item")).as(story).isEqualTo(after);
                }
                assertThat(database.left()).as(story).isEmpty();
            }
        }
    }

    @Test
    void interleavedBranchesOnOverlappingKeysEndAsIfTheCancelledOnesHadNeverBeen()
            throws SQLException {
        try (TestDatabase database = database()) {
            Random random = new Random(SEED);
            Map<Integer, Change> open = new LinkedHashMap<>();
            int conflicts = 0;
            for (int number = 1; number <= 2 * ROUNDS; number++) {
                List<String> before = database.content("item");
                if (attempt(database, number, statements(random, 1 + random.nextInt(3)))) {
                    open.put(number, Change.between(before, database.content("item")));
                } else {
                    assertThat(database.content("item")).isEqualTo(before);
                    conflicts++;
                }
                while (open.size() > (number == 2 * ROUNDS ? 0 : 3)) {
                    List<Integer> numbers = List.copyOf(open.keySet());
                    endOne(database, random, numbers.get(random.nextInt(numbers.size())), open);
                }
            }
            assertThat(conflicts).as("overlaps that were refused").isBetween(5, 2 * ROUNDS - 5);
            assertThat(database.left()).isEmpty();
        }
    }

    private static void endOne(
            TestDatabase database, Random random, int number, Map<Integer, Change> open)
            throws SQLException {
        List<String> expected = new ArrayList<>(database.content("item"));
        Change change = Objects.requireNonNull(open.remove(number));
        if (random.nextBoolean()) {
            database.cancel(number);
            change.after().forEach(each -> assertThat(expected.remove(each)).isTrue());
            expected.addAll(change.before());
        } else {
            database.confirm(number);
        }
        assertThat(database.content("item"))
                .as("seed " + SEED + ", branch " + number)
                .containsExactlyInAnyOrderElementsOf(expected);
    }

    /**
     * The naive twin of a branch's images: what two copies of the whole table differ by.
     *
     * @param before rows that are only in the copy from before
     * @param after rows that are only in the copy from after
     */
    private record Change(List<String> before, List<String> after) {
        static Change between(List<String> before, List<String> after) {
            return new Change(
                    before.stream().filter(each -> !after.contains(each)).toList(),
                    after.stream().filter(each -> !before.contains(each)).toList());
        }
    }

    private static boolean attempt(TestDatabase database, int number, List<String> statements) {
        try {
            database.branch(
                    number,
                    BLIND,
                    connection ->
                            TestDatabase.execute(connection, statements.toArray(String[]::new)));
            return true;
        } catch (LockConflictException conflict) {
            return false;
        } catch (SQLException violation) {
            assertThat(violation.getSQLState()).as(violation.toString()).isIn(Database.TAKEN);
            return false;
        }
    }

    private TestDatabase database() throws SQLException {
        return TestDatabase.with(
                kind,
                """
                create table item (
                    id int primary key,
                    code varchar(50) unique,
                    row_no int not null, place int not null,
                    price numeric(20, 4) not null default 0,
                    data {bytes}, tags varchar(200), extra {document},
                    seen {moment},
                    unique (row_no, place));
                """
                        + kind.items(),
                "item");
    }

    private List<String> statements(Random random, int count) {
        List<String> statements = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            statements.add(statement(random));
        }
        return statements;
    }

    private String statement(Random random) {
        int id = random.nextInt(30);
        int other = random.nextInt(30);
        return switch (random.nextInt(9)) {
            case 0 -> "update item set price = price + %d.5 where id = %d".formatted(other, id);
            case 1 -> "update item set code = 'c%d' where id = %d".formatted(other, id);
            case 2 -> "update item set id = %d where id = %d".formatted(other, id);
            case 3 ->
                    "update item set row_no = %d, place = %d, tags = %s where id = %d"
                            .formatted(other % 4, other / 4, kind.append("tags", "x" + id), id);
            case 4 -> "delete from item where id = " + id;
            case 5 ->
                    "insert into item (id, code, row_no, place, extra) values (%d, 'c%d', %d, %d,"
                                    .formatted(id, other, id % 4, id / 4)
                            + " '{\"a\": null}')";
            case 6 ->
                    "insert into item (id, code, row_no, place, price) values (%d, null, %d, %d, 1)"
                                    .formatted(id, id % 4, 10 + id)
                            + " "
                            + kind.upsert(
                                    "id",
                                    "price = item.price + "
                                            + kind.proposed("price")
                                            + ", seen = null, data = null");
            case 7 ->
                    "update item set price = price * 2, extra = null where id between %d and %d"
                            .formatted(id, id + 2);
            default -> "delete from item where id between %d and %d".formatted(id, id + 1);
        };
    }
}
