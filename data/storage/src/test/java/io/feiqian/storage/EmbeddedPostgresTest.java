package io.feiqian.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.storage.DatabaseConfig.Durability;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.Requirement;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The database as a process: started, killed, started again, refused. */
@Timeout(180)
final class EmbeddedPostgresTest {
    @TempDir private Path folder;

    @Test
    void acknowledgedCommitsOutliveAStopAKillAndALostParent() throws Exception {
        EmbeddedPostgres.Config config = EmbeddedPostgres.Config.in(folder, 0);
        EmbeddedPostgres first = EmbeddedPostgres.start(config);
        try (TestCell cell = TestCell.over(first.database())) {
            assertThat(cell.add(1, 1, 5).isAccepted()).isTrue();
        }
        first.stop();
        assertThat(first.isAlive()).isFalse();
        assertThat(first.onExit().join()).isZero();
        EmbeddedPostgres second = EmbeddedPostgres.start(config);
        try (TestCell cell = TestCell.over(second.database())) {
            assertThat(cell.add(2, 1, 5).isAccepted()).isTrue();
        }
        second.kill();
        EmbeddedPostgres third = EmbeddedPostgres.start(config);
        try (TestCell cell = TestCell.over(third.database())) {
            assertThat(cell.add(3, 1, 5).isAccepted()).isTrue();
        }
        // Nobody stops the third: the fourth finds it running, as after a lost supervisor.
        try (EmbeddedPostgres fourth = EmbeddedPostgres.start(config);
                TestCell cell = TestCell.over(fourth.database())) {
            assertThat(third.isAlive()).isFalse();
            assertThat(cell.add(3, 1, 5).recorded()).isTrue();
            assertThat(cell.balance(1)).isEqualTo(15);
            assertThat(cell.booksBalance()).isTrue();
        }
    }

    @Test
    void thePasswordIsAskedForAndItsFileIsTheOwnersOnly() throws Exception {
        try (EmbeddedPostgres postgres =
                EmbeddedPostgres.start(EmbeddedPostgres.Config.in(folder, 0))) {
            assertThatThrownBy(() -> connect(postgres, "wrong")).isInstanceOf(SQLException.class);
            connect(postgres, Files.readString(folder.resolve("password")).strip()).close();
            assertThat(
                            PosixFilePermissions.toString(
                                    Files.getPosixFilePermissions(folder.resolve("password"))))
                    .isEqualTo("rw-------");
            assertThat(postgres.database().toString()).doesNotContain(postgres.password());
        }
    }

    @Test
    void aPortInUseIsSaidPlainly() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary()) {
            assertThatThrownBy(() ->
                            EmbeddedPostgres.start(
                                    EmbeddedPostgres.Config.in(folder, postgres.port())))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("port: " + postgres.port() + " is in use");
        }
    }

    @Test
    void aFolderOfANewerVersionAndAForeignOneAreRefused() throws Exception {
        Path data = Files.createDirectories(folder.resolve("data"));
        Files.writeString(data.resolve("PG_VERSION"), "99\n");
        assertThatThrownBy(() -> EmbeddedPostgres.start(EmbeddedPostgres.Config.in(folder, 0)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is of PostgreSQL 99")
                .hasMessageContaining("start the newer software");
        Files.move(data.resolve("PG_VERSION"), data.resolve("letters"));
        assertThatThrownBy(() -> EmbeddedPostgres.start(EmbeddedPostgres.Config.in(folder, 0)))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("is no PostgreSQL's");
    }

    @Test
    void anotherCellsDatabaseIsRefused() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
                TestCell cell = TestCell.over(postgres.database())) {
            assertThat(cell).isNotNull();
            assertThatThrownBy(
                            () -> CellDatabase.open(postgres.database(), new CellId(2), List.of()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("belongs to cell-1 (expected: cell-2)");
        }
    }

    @Requirement("D5.7-c")
    @Test
    void softwareOfTheVersionBeforeStartsOnADatabaseThatNewerSoftwareHasAddedTo() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
                TestCell cell = TestCell.over(postgres.database())) {
            migratedByNewerSoftware(cell);

            CellDatabase.open(postgres.database(), TestCell.CELL, List.of("purse")).close();
        }
    }

    @Test
    void softwareThatCannotLiveWithWhatNewerSoftwareDidIsRefused() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
                TestCell cell = TestCell.over(postgres.database())) {
            migratedByNewerSoftware(cell);
            cell.run("update schema_floor set floor = 99 where module = 'purse'");
            assertRefusedAsOlder(postgres);

            cell.run("delete from schema_floor where module = 'purse'");
            assertRefusedAsOlder(postgres);
        }
    }

    @Test
    void aMigrationThatTakesSomethingAwaySaysWhatSoftwareMustKnow() throws SQLException {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
                CellDatabase database =
                        CellDatabase.open(
                                postgres.database(), TestCell.CELL, List.of("purse", "floored"));
                Connection connection = database.pool().getConnection();
                var floors =
                        connection
                                .createStatement()
                                .executeQuery(
                                        "select module, floor from schema_floor where module in"
                                                + " ('purse', 'floored') order by module")) {
            assertThat(floors.next()).isTrue();
            assertThat(floors.getInt("floor")).isEqualTo(2);
            assertThat(floors.next()).isTrue();
            assertThat(floors.getInt("floor")).isZero();
        }
    }

    private static void assertRefusedAsOlder(EmbeddedPostgres postgres) {
        assertThatThrownBy(() ->
                        CellDatabase.open(postgres.database(), TestCell.CELL, List.of("purse")))
                .isInstanceOf(StorageException.class)
                .hasMessageContaining("purse has version 99")
                .hasMessageContaining("it knows up to 1; start the newer software");
    }

    private static void migratedByNewerSoftware(TestCell cell) {
        cell.run(
                "insert into schema_history_purse select 99, '99', 'later', type,"
                        + " 'V99__later.sql', 1, installed_by, now(), 1, true"
                        + " from schema_history_purse where version = '1'");
    }

    @Test
    void weakDurabilityIsRefusedOutsideADesk() {
        try (EmbeddedPostgres weak = EmbeddedPostgres.temporary(Map.of("fsync", "off"))) {
            assertThatThrownBy(() -> CellDatabase.open(weak.database(), TestCell.CELL, List.of()))
                    .isInstanceOf(StorageException.class)
                    .hasMessageContaining("fsync: off (expected: [on])");
            CellDatabase.open(
                            weak.database().withDurability(Durability.DEVELOPMENT),
                            TestCell.CELL,
                            List.of())
                    .close();
        }
    }

    @Test
    void anotherCopyOfTheDataIsNotWorkedOnUnseen() {
        try (EmbeddedPostgres postgres = EmbeddedPostgres.temporary();
                TestCell cell = TestCell.over(postgres.database())) {
            assertThat(cell.add(1, 1, 5).isAccepted()).isTrue();
            cell.run("update cell_identity set incarnation = 2");
            cell.run(
                    "select pg_terminate_backend(pid) from pg_stat_activity"
                            + " where application_name = 'cell-1-commits'");
            assertThat(cell.add(2, 1, 5).code().name()).isEqualTo("DATABASE_UNAVAILABLE");
            assertThat(cell.balance(1)).isEqualTo(5);
        }
    }

    private static Connection connect(EmbeddedPostgres postgres, String password)
            throws SQLException {
        return DriverManager.getConnection(postgres.url(), EmbeddedPostgres.USER, password);
    }
}
