package io.feiqian.bank;

import io.feiqian.ledger.LedgerRules;
import io.feiqian.storage.Answer;
import io.feiqian.storage.CommitContext;
import io.feiqian.storage.Contribution.Check;
import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The customers of one cell while one transaction is being put together: a pure function over the
 * rows it was given. One book belongs to one thread and one transaction.
 */
final class CustomerBook {
    /** What is on record of an opening. */
    private record Known(CustomerNumber number, long digest) {}

    private final CommitContext context;
    private final LedgerRules rules;
    private final Set<TraceNumber> traces = new HashSet<>();
    private final Set<CustomerNumber> numbers = new HashSet<>();
    private final Map<TraceNumber, Known> byTrace = new HashMap<>();
    private final Set<CustomerNumber> there = new HashSet<>();
    private final List<CustomerRow> opened = new ArrayList<>();

    CustomerBook(CommitContext context, LedgerRules rules) {
        this.context = context;
        this.rules = rules;
    }

    /** Takes note of the rows that this command needs. */
    void add(CustomerCommand command) {
        switch (command) {
            case CustomerCommand.Open open -> {
                traces.add(open.trace());
                numbers.add(open.row().number());
            }
            case CustomerCommand.Require require -> numbers.add(require.number());
        }
    }

    /** The openings to read once everything is locked, in order. */
    List<TraceNumber> traces() {
        return traces.stream().sorted().toList();
    }

    /** The customers to read once everything is locked, in order. */
    List<CustomerNumber> numbers() {
        return numbers.stream().sorted().toList();
    }

    /** Takes in a customer's row. */
    void load(CustomerNumber number, TraceNumber trace, long digest) {
        byTrace.put(trace, new Known(number, digest));
        there.add(number);
    }

    Check check(CustomerCommand command) {
        return switch (command) {
            case CustomerCommand.Require _ -> Check.FRESH;
            case CustomerCommand.Open open -> check(open);
        };
    }

    Answer apply(CustomerCommand command, Answer soFar) {
        if (!soFar.isAccepted()) {
            return soFar;
        }
        return switch (command) {
            case CustomerCommand.Require(CustomerNumber number) ->
                    there.contains(number)
                            ? soFar
                            : Answer.refused(
                                    OutcomeCode.UNKNOWN_CUSTOMER,
                                    "customer: " + number + " (expected: a customer of this cell)");
            case CustomerCommand.Open open -> {
                CustomerRow row = open.row();
                opened.add(row);
                load(row.number(), row.trace(), row.digest());
                yield Answer.accepted(new CustomerCommand.Opened(row.number()));
            }
        };
    }

    /** The rows to insert. */
    List<CustomerRow> opened() {
        return opened;
    }

    private Check check(CustomerCommand.Open open) {
        Known known = byTrace.get(open.trace());
        if (known != null) {
            return new Check.Ended(
                    known.digest == open.row().digest()
                            ? Answer.accepted(new CustomerCommand.Opened(known.number)).asRecorded()
                            : refused(
                                    OutcomeCode.TRACE_CONTENT_DIFFERS,
                                    open,
                                    "the content it was used with before"));
        }
        BusinessDate today = context.businessDate();
        BusinessDate dated = open.trace().date();
        if (dated.compareTo(rules.oldest(today)) < 0) {
            return new Check.Ended(
                    refused(
                            OutcomeCode.TRACE_EXPIRED,
                            open,
                            "dated " + rules.oldest(today) + " or later"));
        }
        if (dated.compareTo(today.plusDays(rules.futureDays())) > 0) {
            return new Check.Ended(
                    refused(
                            OutcomeCode.TRACE_IN_FUTURE,
                            open,
                            "dated " + today.plusDays(rules.futureDays()) + " or earlier"));
        }
        if (there.contains(open.row().number())) {
            return new Check.Ended(
                    refused(OutcomeCode.ALREADY_EXISTS, open, "a number that is not taken"));
        }
        return Check.FRESH;
    }

    private static Answer refused(OutcomeCode code, CustomerCommand.Open open, String expected) {
        return Answer.refused(
                code, "trace number: %s (expected: %s)".formatted(open.trace(), expected));
    }
}
