package io.feiqian.bank;

import io.feiqian.ledger.LedgerRules;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution;
import io.feiqian.storage.Statements;
import io.feiqian.vocabulary.TraceNumber;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToLongFunction;

/** The table of customers inside a local commit: a shell of SQL around {@link CustomerBook}. */
final class CustomerContribution implements Contribution<CustomerCommand> {
    private static final int ORDER = 150;

    private static final String READ =
            """
            select id, trace_head, trace_serial, digest from customer where id = any(?)
            union
            select id, trace_head, trace_serial, digest from customer
             where (trace_head, trace_serial) in (select * from unnest(?, ?))\
            """;

    private static final String INSERT =
            """
            insert into customer (id, trace_head, trace_serial, digest, name, document,
             document_key, phone, phone_key, opened_on, opened_at)
            select a.*, ?, ? from unnest(?, ?, ?, ?, ?, ?, ?, ?, ?) a
            on conflict do nothing\
            """;

    private final LedgerRules rules;

    CustomerContribution(LedgerRules rules) {
        this.rules = rules;
    }

    @Override
    public String name() {
        return "customers";
    }

    @Override
    public int order() {
        return ORDER;
    }

    @Override
    public Batch<CustomerCommand> open(CommitContext context) {
        return new CustomerBatch(context, new CustomerBook(context, rules));
    }

    private record CustomerBatch(CommitContext context, CustomerBook book)
            implements Batch<CustomerCommand> {
        @Override
        public void add(CustomerCommand command) {
            book.add(command);
        }

        /** Rows of customers never change: there is nothing to lock, the unique key decides. */
        @Override
        public void lock(Statements statements) {}

        @Override
        public void read(Statements statements) {
            List<TraceNumber> traces = book.traces();
            statements.query(
                    READ,
                    parameters -> {
                        parameters.add(longs(book.numbers(), CustomerNumber::number));
                        parameters.add(longs(traces, TraceNumber::head));
                        parameters.add(longs(traces, TraceNumber::serial));
                    },
                    this::load);
        }

        @Override
        public Check check(CustomerCommand command) {
            return book.check(command);
        }

        @Override
        public Answer apply(CustomerCommand command, Answer soFar) {
            return book.apply(command, soFar);
        }

        @Override
        public void write(Statements statements) {
            List<CustomerRow> rows = book.opened();
            if (rows.isEmpty()) {
                return;
            }
            statements.update(
                    INSERT,
                    parameters -> {
                        parameters.add(context.businessDate().number());
                        parameters.add(context.databaseMillis());
                        parameters.add(longs(rows, row -> row.number().number()));
                        parameters.add(longs(rows, row -> row.trace().head()));
                        parameters.add(longs(rows, row -> row.trace().serial()));
                        parameters.add(longs(rows, CustomerRow::digest));
                        parameters.add(bytes(rows, CustomerRow::name));
                        parameters.add(bytes(rows, CustomerRow::document));
                        parameters.add(bytes(rows, CustomerRow::documentKey));
                        parameters.add(bytes(rows, CustomerRow::phone));
                        parameters.add(bytes(rows, CustomerRow::phoneKey));
                    },
                    rows.size());
        }

        private void load(ResultSet row) throws SQLException {
            book.load(
                    new CustomerNumber(row.getLong(1)),
                    new TraceNumber(row.getLong(2), row.getLong(3)),
                    row.getLong(4));
        }

        private static <T> long[] longs(List<T> rows, ToLongFunction<T> value) {
            return rows.stream().mapToLong(value).toArray();
        }

        private static byte[][] bytes(List<CustomerRow> rows, Function<CustomerRow, Sealed> value) {
            return rows.stream().map(row -> value.apply(row).bytes()).toArray(byte[][]::new);
        }
    }
}
