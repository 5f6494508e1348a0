package io.feiqian.storage;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.api.MigrationVersion;

/**
 * Which migration of a module software must know to live with a database. It stands in the database
 * itself, since older software cannot read newer migrations.
 */
final class SchemaFloor {
    private static final Pattern NEEDS =
            Pattern.compile("^-- needs software that knows V(\\d{1,6})\\s*$", Pattern.MULTILINE);

    private final DataSource source;
    private final String module;

    SchemaFloor(DataSource source, String module) {
        this.source = source;
        this.module = module;
    }

    /** Whether software whose newest migration is this one may use the database. */
    boolean admits(MigrationVersion newest) throws SQLException {
        try (Connection connection = source.getConnection()) {
            OptionalInt floor = read(connection);
            // A database that says nothing was written before floors were: nobody promised.
            return floor.isPresent() && newest.isAtLeast(String.valueOf(floor.getAsInt()));
        }
    }

    /** Writes down what these migrations need; a floor never falls. */
    void raise(Stream<String> scripts) throws SQLException {
        int floor = scripts.mapToInt(this::neededBy).max().orElse(0);
        try (Connection connection = source.getConnection()) {
            OptionalInt before = read(connection);
            if (before.isPresent() && before.getAsInt() >= floor) {
                return;
            }
            try (PreparedStatement create =
                            connection.prepareStatement(
                                    "create table if not exists schema_floor"
                                            + " (module text primary key, floor int not null)");
                    PreparedStatement write =
                            connection.prepareStatement(
                                    "insert into schema_floor values (?, ?) on conflict (module)"
                                            + " do update set floor = greatest(schema_floor.floor,"
                                            + " excluded.floor)")) {
                create.execute();
                write.setString(1, module);
                write.setInt(2, floor);
                write.executeUpdate();
            }
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        }
    }

    private OptionalInt read(Connection connection) throws SQLException {
        try (PreparedStatement exists =
                        connection.prepareStatement("select to_regclass('schema_floor')");
                ResultSet found = exists.executeQuery()) {
            if (!found.next() || found.getString(1) == null) {
                return OptionalInt.empty();
            }
        }
        try (PreparedStatement select =
                connection.prepareStatement("select floor from schema_floor where module = ?")) {
            select.setString(1, module);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? OptionalInt.of(row.getInt(1)) : OptionalInt.empty();
            }
        }
    }

    private int neededBy(String script) {
        String path = "/db/" + module + "/" + script;
        try (InputStream in = SchemaFloor.class.getResourceAsStream(path)) {
            if (in == null) {
                throw new StorageException("migration " + path + " cannot be read");
            }
            Matcher line = NEEDS.matcher(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            int most = 0;
            while (line.find()) {
                most = Math.max(most, Integer.parseInt(line.group(1)));
            }
            return most;
        } catch (IOException unreadable) {
            throw new UncheckedIOException(path, unreadable);
        }
    }
}
