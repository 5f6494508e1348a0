package io.feiqian.storage;

import java.util.List;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;

/**
 * Brings the tables of modules up to date. Each module ships its own migrations under {@code
 * db/<module>/V<number>__<what>.sql} and has a history table of its own, {@code
 * schema_history_<module>}, so that modules grow without agreeing on numbers.
 */
public final class Migrations {
    private Migrations() {}

    /** Runs the migrations of these modules in order; processes that do so at once take turns. */
    public static void run(DataSource source, List<String> modules) {
        for (String module : modules) {
            try {
                run(source, module);
            } catch (FlywayException failed) {
                throw new StorageException("migrations of " + module, failed);
            }
        }
    }

    private static void run(DataSource source, String module) {
        Flyway flyway =
                Flyway.configure()
                        .dataSource(source)
                        .locations("classpath:db/" + module)
                        .failOnMissingLocations(true)
                        .table("schema_history_" + module)
                        // The other modules' tables are there already when this one comes first.
                        .baselineOnMigrate(true)
                        .baselineVersion("0")
                        .load();
        for (MigrationInfo each : flyway.info().all()) {
            if (each.getState() == MigrationState.FUTURE_SUCCESS
                    || each.getState() == MigrationState.FUTURE_FAILED) {
                throw new StorageException(
                        "database: %s has version %s (%s), written by newer software (expected: a"
                                        .formatted(module, each.getVersion(), each.getDescription())
                                + " version this software knows; start the newer software)");
            }
        }
        flyway.migrate();
    }
}
