package io.feiqian.sqlmode;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.feiqian.participant.Content;
import io.feiqian.participant.GlobalTransactions;
import io.feiqian.participant.LocalChannel;
import io.feiqian.participant.TransactionAnswer;
import io.feiqian.participant.TransactionOrder;
import io.feiqian.runtime.Clock;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the page shows is what the build compiles, and it does what the page says. */
final class SqlModePageTest {
    /** Surefire runs in the module's folder. */
    private static final Path PAGE = Path.of("../../docs/sql-mode.md");

    private static final Path SNIPPETS =
            Path.of("src/test/java/io/feiqian/sqlmode/SqlModeSnippets.java");

    @Test
    void everySnippetIsCompiledByTheBuild() throws IOException {
        String source = Files.readString(SNIPPETS).replaceAll("\\s+", "");
        List<String> shown =
                Pattern.compile("```java\n(.*?)```", Pattern.DOTALL)
                        .matcher(Files.readString(PAGE))
                        .results()
                        .map(found -> found.group(1))
                        .toList();

        assertThat(shown).hasSize(3);
        shown.forEach(each -> assertThat(source).contains(each.replaceAll("\\s+", "")));
    }

    @ParameterizedTest
    @EnumSource
    void theCreditOfThePageArrives(Database kind) throws SQLException {
        try (TestDatabase database =
                        TestDatabase.with(
                                kind,
                                "create table account (id bigint primary key, balance numeric(18, 2));"
                                        + " insert into account values (1, 100)");
                HikariDataSource pool = pool(database.server())) {
            LocalChannel wire = new LocalChannel();
            GlobalTransactions opened;
            try (Connection connection = pool.getConnection()) {
                SqlModeSnippets.migrate(connection);
                opened = SqlModeSnippets.open(connection, pool, wire);
                connection.commit();
            }
            try (GlobalTransactions accounts = opened) {
                wire.add(accounts);
                BusinessDate day =
                        new BusinessDate(LocalDate.ofInstant(Clock.system().now(), ZoneOffset.UTC));
                TransactionAnswer answer =
                        accounts.execute(
                                TransactionOrder.of(
                                        TraceNumber.of(day, new Slot(1), 7, 1),
                                        Content.ofText("credit"),
                                        day),
                                scope ->
                                        scope.call(
                                                "accounts",
                                                Content.ofText("credit"),
                                                context ->
                                                        SqlModeSnippets.credit(
                                                                accounts,
                                                                context,
                                                                new BigDecimal("2.50"),
                                                                1)));
                assertThat(answer.isAccepted()).isTrue();
                while (!database.left().isEmpty()) {
                    accounts.recoverNow();
                }
            }
            assertThat(database.rows("select balance from account")).containsExactly("102.50");
        }
    }

    private static HikariDataSource pool(Server server) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(server.url());
        pool.setUsername(server.user());
        pool.setPassword(server.password());
        pool.setMaximumPoolSize(4);
        pool.setAutoCommit(false);
        pool.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        return new HikariDataSource(pool);
    }
}
