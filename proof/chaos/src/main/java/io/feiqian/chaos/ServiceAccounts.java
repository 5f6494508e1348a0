package io.feiqian.chaos;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * The accounts of a service of one's own, as a user would write them, and a journal that says which
 * branch did what. Nothing in the journal is unique but its number: what is done twice is seen
 * twice. Statements of both products.
 */
final class ServiceAccounts {
    /** An account that is nowhere. */
    static final long NOBODY = 999_999;

    /** What every account has in the beginning. */
    static final long OPENING = 1_000_000;

    /** The currencies; each has accounts of its own. */
    static final List<String> CURRENCIES = List.of("CNY", "USD");

    private static final long PER_CURRENCY = 10_000;

    /** What a row of the journal says. */
    enum Verb {
        DO,
        UNDO
    }

    private ServiceAccounts() {}

    /** The number of an account: its currency and its place from 0. */
    static long number(int currency, int place) {
        return (currency + 1) * PER_CURRENCY + place;
    }

    /** The tables, for a product. */
    static List<String> tables(Product product) {
        String number =
                switch (product) {
                    case POSTGRESQL -> "bigint generated always as identity";
                    case MARIADB -> "bigint auto_increment";
                };
        return List.of(
                "create table account (id bigint primary key, currency char(3) not null,"
                        + " balance bigint not null, held bigint not null,"
                        + " announced bigint not null)",
                "create table journal (id "
                        + number
                        + " primary key, trace varchar(33) not null, part varchar(200) not null,"
                        + " verb varchar(4) not null, account bigint not null,"
                        + " amount bigint not null)",
                "create table step_key (trace varchar(33) not null, step varchar(200) not null,"
                        + " state varchar(10) not null, primary key (trace, step))");
    }

    /** Moves money now; what is not there is refused. */
    static void move(Connection connection, String trace, String part, Leg leg)
            throws SQLException {
        change(
                connection,
                "update account set balance = balance + ? where id = ? and balance - held + ? >= 0",
                leg.amount(),
                leg.account(),
                leg.amount());
        journal(connection, trace, part, Verb.DO, leg);
    }

    /** Takes a movement back; the money may be spent, so nothing is checked. */
    static void takeBack(Connection connection, String trace, String part, Leg leg)
            throws SQLException {
        Leg back = leg.with(-leg.amount());
        change(
                connection,
                "update account set balance = balance + ? where id = ?",
                back.amount(),
                leg.account());
        journal(connection, trace, part, Verb.UNDO, back);
    }

    /** Reserves what is to be paid, or announces what is to come. */
    static void reserve(Connection connection, Leg leg) throws SQLException {
        if (leg.amount() < 0) {
            change(
                    connection,
                    "update account set held = held + ? where id = ? and balance - held >= ?",
                    -leg.amount(),
                    leg.account(),
                    -leg.amount());
        } else {
            change(
                    connection,
                    "update account set announced = announced + ? where id = ?",
                    leg.amount(),
                    leg.account());
        }
    }

    /** Gives a reservation back. */
    static void release(Connection connection, Leg leg) throws SQLException {
        if (leg.amount() < 0) {
            change(
                    connection,
                    "update account set held = held + ? where id = ?",
                    leg.amount(),
                    leg.account());
        } else {
            change(
                    connection,
                    "update account set announced = announced - ? where id = ?",
                    leg.amount(),
                    leg.account());
        }
    }

    /** Makes a reservation final. */
    static void post(Connection connection, String trace, String part, Leg leg)
            throws SQLException {
        release(connection, leg);
        take(connection, trace, part, leg);
    }

    /** Takes a movement that was decided and cannot be refused. */
    static void take(Connection connection, String trace, String part, Leg leg)
            throws SQLException {
        change(
                connection,
                "update account set balance = balance + ? where id = ?",
                leg.amount(),
                leg.account());
        journal(connection, trace, part, Verb.DO, leg);
    }

    private static void change(Connection connection, String sql, long... values)
            throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(sql)) {
            for (int i = 0; i < values.length; i++) {
                update.setLong(i + 1, values[i]);
            }
            if (update.executeUpdate() != 1) {
                throw new RefusedException(
                        OutcomeCode.INSUFFICIENT_FUNDS, "account: not there, or too little on it");
            }
        }
    }

    private static void journal(
            Connection connection, String trace, String part, Verb verb, Leg leg)
            throws SQLException {
        try (PreparedStatement insert =
                connection.prepareStatement(
                        "insert into journal (trace, part, verb, account, amount)"
                                + " values (?, ?, ?, ?, ?)")) {
            insert.setString(1, trace);
            insert.setString(2, part);
            insert.setString(3, verb.name());
            insert.setLong(4, leg.account());
            insert.setLong(5, leg.amount());
            insert.executeUpdate();
        }
    }
}
