package io.feiqian.chaos;

import io.feiqian.vocabulary.TraceNumber;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one service's database says in the end.
 *
 * @param service the service
 * @param accounts its accounts by number
 * @param journal what was done, row by row
 * @param committed the trace numbers whose transactions are committed by its decisions, or whose
 *     orchestrations are completed
 * @param leftovers what is left to do, each a sentence
 */
record ServiceBooks(
        String service,
        Map<Long, Account> accounts,
        List<Entry> journal,
        Set<String> committed,
        List<String> leftovers) {
    /** Copies the collections. */
    ServiceBooks {
        accounts = Map.copyOf(accounts);
        journal = List.copyOf(journal);
        committed = Set.copyOf(committed);
        leftovers = List.copyOf(leftovers);
    }

    /**
     * An account.
     *
     * @param currency its currency
     * @param balance what is on it
     * @param held what is reserved of it
     * @param announced what is to come
     */
    record Account(String currency, long balance, long held, long announced) {}

    /**
     * A row of the journal.
     *
     * @param trace for which transaction
     * @param part for which of its branches or steps
     * @param verb done or undone
     * @param account on which account
     * @param amount how much it gained
     */
    record Entry(String trace, String part, ServiceAccounts.Verb verb, long account, long amount) {}

    /** Reads a service's database. */
    static ServiceBooks read(ServicesUnderTest.Service service, List<GlobalKind> kinds)
            throws SQLException {
        try (Connection connection = service.database().connect();
                Statement statement = connection.createStatement()) {
            Map<Long, Account> accounts = new HashMap<>();
            try (ResultSet row =
                    statement.executeQuery(
                            "select id, currency, balance, held, announced from account")) {
                while (row.next()) {
                    accounts.put(
                            row.getLong(1),
                            new Account(
                                    row.getString(2),
                                    row.getLong(3),
                                    row.getLong(4),
                                    row.getLong(5)));
                }
            }
            List<Entry> journal = new ArrayList<>();
            try (ResultSet row =
                    statement.executeQuery(
                            "select trace, part, verb, account, amount from journal order by id")) {
                while (row.next()) {
                    journal.add(
                            new Entry(
                                    row.getString(1),
                                    row.getString(2),
                                    ServiceAccounts.Verb.valueOf(row.getString(3)),
                                    row.getLong(4),
                                    row.getLong(5)));
                }
            }
            Set<String> committed = new HashSet<>();
            committed.addAll(
                    traces(
                            statement,
                            "select trace_head, trace_serial from feiqian_decision"
                                    + " where state = 1"));
            committed.addAll(
                    traces(
                            statement,
                            "select trace_head, trace_serial from feiqian_orchestration"
                                    + " where phase = 4"));
            return new ServiceBooks(
                    service.name(),
                    accounts,
                    journal,
                    committed,
                    leftovers(service, connection, kinds));
        }
    }

    /** What is left to do at a service now, each a sentence. */
    static List<String> leftovers(
            ServicesUnderTest.Service service, Connection connection, List<GlobalKind> kinds)
            throws SQLException {
        List<String> left = new ArrayList<>();
        try (Statement statement = connection.createStatement()) {
            for (String query : service.database().leftovers(kinds)) {
                try (ResultSet row = statement.executeQuery(query)) {
                    row.next();
                    if (row.getLong(1) > 0) {
                        left.add(
                                "%s: %d left of %s (expected: none)"
                                        .formatted(
                                                service.name(),
                                                row.getLong(1),
                                                query.replaceFirst(".* from ", "")));
                    }
                }
            }
        }
        long prepared = service.database().prepared(connection);
        if (prepared > 0) {
            left.add(
                    "%s: %d prepared transactions left (expected: none)"
                            .formatted(service.name(), prepared));
        }
        return left;
    }

    /** Queries that each count what is left to do in the library's tables, for any product. */
    static List<String> queriesOfLeftovers(List<GlobalKind> kinds) {
        List<String> queries =
                new ArrayList<>(
                        List.of(
                                "select count(*) from feiqian_decision where finished_at is null",
                                "select count(*) from feiqian_branch where state = 1",
                                "select count(*) from feiqian_orchestration"
                                        + " where finished_at is null"));
        if (kinds.contains(GlobalKind.SQL)) {
            queries.add("select count(*) from feiqian_undo");
            queries.add("select count(*) from feiqian_lock");
        }
        return queries;
    }

    private static Set<String> traces(Statement statement, String query) throws SQLException {
        Set<String> traces = new HashSet<>();
        try (ResultSet row = statement.executeQuery(query)) {
            while (row.next()) {
                traces.add(new TraceNumber(row.getLong(1), row.getLong(2)).toString());
            }
        }
        return traces;
    }
}
