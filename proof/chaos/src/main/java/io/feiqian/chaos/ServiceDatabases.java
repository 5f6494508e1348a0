package io.feiqian.chaos;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/** What this run knows of the products of databases. */
final class ServiceDatabases {
    private static final Set<Product> SUPPORTED = EnumSet.allOf(Product.class);

    private ServiceDatabases() {}

    /** The products that can be started here. */
    static List<Product> available() {
        return Arrays.stream(Product.values()).filter(SUPPORTED::contains).toList();
    }

    /** Starts a new server in this folder. */
    static ServiceDatabase start(Product product, Path folder) {
        return switch (product) {
            case POSTGRESQL -> PostgresServer.start(folder);
            case MARIADB -> MariaServer.start(folder);
        };
    }

    /** The kinds among these that services over this product take part in. */
    static List<GlobalKind> kinds(Product product, List<GlobalKind> kinds) {
        return switch (product) {
            case POSTGRESQL, MARIADB -> kinds;
        };
    }

    /** A pool for making tables. */
    static HikariDataSource plain(ServiceDatabase database) {
        HikariConfig pool = new HikariConfig();
        pool.setJdbcUrl(database.url());
        pool.setUsername(database.user());
        pool.setPassword(database.password());
        pool.setMaximumPoolSize(2);
        return new HikariDataSource(pool);
    }
}
