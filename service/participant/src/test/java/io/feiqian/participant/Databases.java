package io.feiqian.participant;

/** On which database each of two services keeps its rows. */
enum Databases {
    /** Both on PostgreSQL. */
    POSTGRESQL(Product.POSTGRESQL, Product.POSTGRESQL),
    /** Both on MariaDB. */
    MARIADB(Product.MARIADB, Product.MARIADB),
    /** The initiator on PostgreSQL, the participant on MariaDB. */
    MARIADB_JOINS(Product.POSTGRESQL, Product.MARIADB),
    /** The initiator on MariaDB, the participant on PostgreSQL. */
    MARIADB_BEGINS(Product.MARIADB, Product.POSTGRESQL);

    /** A database's make. */
    enum Product {
        POSTGRESQL,
        MARIADB
    }

    private final Product payments;
    private final Product accounts;

    Databases(Product payments, Product accounts) {
        this.payments = payments;
        this.accounts = accounts;
    }

    Product payments() {
        return payments;
    }

    Product accounts() {
        return accounts;
    }
}
