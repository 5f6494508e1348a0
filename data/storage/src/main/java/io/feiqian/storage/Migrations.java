package io.feiqian.storage;

import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationVersion;

/**
 * Brings the tables of modules up to date. Each module ships its own migrations under {@code
 * db/<module>/V<number>__<what>.sql} and has a history table of its own, {@code
 * schema_history_<module>}, so that modules grow without agreeing on numbers.
 *
 * <p>While a cell is restarted instance by instance, software of two versions serves one database
 * (D5.7-c). The newer migrates it, and the older goes on and may start again: migrations add, so
 * what is newer than the software knows is left alone. A migration that older software could not
 * live with says so in a line {@code -- needs software that knows V5}; from then on software that
 * does not know the module's V5 is refused.
 */
public final class Migrations {
    private Migrations() {}

    /** Runs the migrations of these modules in order; processes that do so at once take turns. */
    public static void run(DataSource source, List<String> modules) {
        for (String module : modules) {
            try {
                run(source, module);
            } catch (FlywayException | SQLException failed) {
                throw new StorageException("migrations of " + module, failed);
            }
        }
    }

    private static void run(DataSource source, String module) throws SQLException {
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
        SchemaFloor floor = new SchemaFloor(source, module);
        MigrationInfo[] all = flyway.info().all();
        MigrationVersion known = newest(all, true).orElse(MigrationVersion.EMPTY);
        Optional<MigrationVersion> newer =
                newest(all, false).filter(it -> it.isNewerThan(known.getVersion()));
        if (newer.isPresent() && !floor.admits(known)) {
            throw new StorageException(
                    ("database: %s has version %s, written by newer software (expected: a version"
                                    + " this software can live with, it knows up to %s; start the"
                                    + " newer software)")
                            .formatted(module, newer.get(), known));
        }
        flyway.migrate();
        floor.raise(
                Arrays.stream(all)
                        .filter(Migrations::isKnown)
                        .map(MigrationInfo::getScript)
                        .filter(script -> script.endsWith(".sql")));
    }

    private static Optional<MigrationVersion> newest(MigrationInfo[] all, boolean known) {
        return Arrays.stream(all)
                .filter(each -> isKnown(each) == known && each.getVersion() != null)
                .map(MigrationInfo::getVersion)
                .max(MigrationVersion::compareTo);
    }

    /** Whether this software ships it, be it applied or not. */
    private static boolean isKnown(MigrationInfo each) {
        return each.getState().isResolved();
    }
}
