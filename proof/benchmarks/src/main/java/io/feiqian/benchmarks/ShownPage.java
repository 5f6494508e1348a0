package io.feiqian.benchmarks;

import io.feiqian.console.Users;
import io.feiqian.observatory.ObservatoryReads;
import io.feiqian.observatory.SpanSearch;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Slot;
import java.util.List;

/**
 * A page of the console, and what it shows where everything behind it answers: a page that is fast
 * because nothing is on it is no page.
 *
 * @param name short, for reports
 * @param path with what is asked for
 * @param texts what has to be on it
 */
record ShownPage(String name, String path, List<String> texts) {
    /** Copies the list. */
    ShownPage {
        texts = List.copyOf(texts);
    }

    private static ShownPage of(String name, String path, String... texts) {
        return new ShownPage(name, path, List.of(texts));
    }

    /** Every page that an administrator can open. */
    static List<ShownPage> all(FilledStore store) {
        String number =
                SpanBatches.traceNumber(store.spans() / SpanBatches.SPANS_OF_A_TRACE / 2)
                        .toString();
        String account = AccountNumber.of(new Slot(1), AccountNumber.Kind.CUSTOMER, 1).toString();
        String last = "cell-" + SpanBatches.CELLS;
        return List.of(
                of("overview", "/", last, last + "-a"),
                of("transactions", "/transactions", last),
                of("journey", "/journey?trace=" + number, number, "12.50"),
                of("evidence", "/journey/" + number + "/evidence", "12.50"),
                of("ledger", "/ledger", last),
                of("account", "/ledger?account=" + account, account),
                of("services", "/services", last + "-a", "Method24"),
                of("traces", "/traces", "POST /v1/transfers"),
                of("traces, all", "/traces?minutes=10080&text=nobody"),
                of("one trace", "/traces/" + traceId(store, number), "peer CONFIRM"),
                of("logs", "/logs", "was accepted"),
                of("logs, all", "/logs?minutes=10080&text=nobody"),
                of("topology", "/topology?minutes=60", last + " database"),
                of("alarms", "/alarms", "cell-1 database"),
                of("alarms, week", "/alarms?minutes=10080", "cell-1 database"),
                of("alarm rules", "/alarms/rules", "process silent"),
                of("users", "/users", Users.FIRST),
                of("audit", "/audit", "console.sign-in"),
                of("password", "/password", "password"));
    }

    /** Refuses a page without what has to be on it. */
    void requireIn(String page) {
        for (String each : texts) {
            if (!page.contains(each)) {
                throw new IllegalStateException(
                        "%s: without \"%s\" (expected: shown)".formatted(path, each));
            }
        }
    }

    private static String traceId(FilledStore store, String number) {
        try (ObservatoryReads reads = new ObservatoryReads(store.database().postgres()::database)) {
            return reads.traces(SpanSearch.ofTransaction(number)).getFirst().traceId();
        }
    }
}
