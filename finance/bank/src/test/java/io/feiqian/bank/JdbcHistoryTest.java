package io.feiqian.bank;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.configuration.JdbcHistory;
import io.feiqian.configuration.spi.History;
import io.feiqian.security.AuditChain;
import io.feiqian.security.AuditHead;
import io.feiqian.storage.CellDatabase;
import io.feiqian.storage.DatabaseConfig;
import io.feiqian.storage.TemporaryDatabase;
import io.feiqian.vocabulary.CellId;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The history in a cell's database, with the cell's own audit trail. */
class JdbcHistoryTest extends ConfigurationHistoryContract {
    private final TemporaryDatabase database = TemporaryDatabase.create();
    private final CellDatabase cell =
            CellDatabase.open(
                    database.config().withDurability(DatabaseConfig.Durability.DEVELOPMENT),
                    new CellId(1),
                    CellBank.MODULES);
    private final ChangeTrail trail = new ChangeTrail(cell.pool());
    private final JdbcHistory history =
            new JdbcHistory(
                    cell.pool(),
                    (connection, entry) -> {
                        var _ = trail.append(connection, entry);
                    });

    @AfterEach
    void stop() {
        cell.close();
        database.close();
    }

    @Override
    History history() {
        return history;
    }

    @Override
    List<String> audited() {
        assertThat(AuditChain.verify(trail, AuditHead.NONE).isIntact()).isTrue();
        return trail.read(1, 100).stream().map(each -> each.entry().action()).toList();
    }

    @Override
    void breakTrail() {
        run("alter table change_record rename to change_record_elsewhere");
    }

    @Test
    void nothingIsEverChangedOrDeleted() {
        run(
                "insert into configuration_version values"
                        + " ('limits', 1, '{}', 'anna', 'a test', 0, 0)");
        for (String sql :
                List.of(
                        "update configuration_version set content = '[]'",
                        "delete from configuration_version",
                        "truncate configuration_rollout")) {
            assertThatThrownBy(() -> run(sql))
                    .rootCause()
                    .hasMessageContaining("the history of configuration is append-only");
        }
    }

    @Test
    void aDatabaseThatDoesNotAnswerIsARefusal() {
        cell.close();
        assertThatExceptionOfType(RefusedException.class)
                .isThrownBy(() -> history.newest("limits"))
                .matches(it -> it.outcome().code() == OutcomeCode.DATABASE_UNAVAILABLE);
    }

    private void run(String sql) {
        try (Connection connection = cell.pool().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
