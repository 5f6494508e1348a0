package io.feiqian.chaos;

import com.fasterxml.jackson.databind.JsonNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.vocabulary.AccountNumber;
import io.feiqian.vocabulary.Money;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Holds the bank's books against the clients' own records, account by account and entry by entry:
 * nothing accepted is missing, nothing is there twice, nothing refused is there.
 */
final class BooksCheck {
    private static final int PAGE = 1_000;
    private static final int MOST_FINDINGS = 50;

    private final BankClient bank;
    private final ClientLedger ledger;
    private final List<String> findings = new ArrayList<>();

    private BooksCheck(BankClient bank, ClientLedger ledger) {
        this.bank = bank;
        this.ledger = ledger;
    }

    /** What differs, each a sentence; at most 50. */
    static List<String> findings(BankClient bank, ClientLedger ledger) {
        BooksCheck check = new BooksCheck(bank, ledger);
        ledger.balances().forEach(check::account);
        return List.copyOf(
                check.findings.subList(0, Math.min(MOST_FINDINGS, check.findings.size())));
    }

    private void account(AccountNumber account, long expected) {
        BankReply reply = bank.get("/v1/accounts/" + account);
        if (!reply.isAccepted()) {
            findings.add(account + ": cannot be read: " + reply.outcome());
            return;
        }
        requireAmount(account, "balance", expected, reply);
        requireAmount(account, "held", 0, reply);
        requireAmount(account, "pending", 0, reply);
        entries(account);
    }

    private void requireAmount(
            AccountNumber account, String field, long expected, BankReply reply) {
        String text = reply.text(field);
        long found = Money.parse(text.isEmpty() ? "0" : text, Operation.CURRENCY).minor();
        if (found != expected) {
            findings.add(
                    "%s: %s is %d minor units (expected: %d, as clients were answered)"
                            .formatted(account, field, found, expected));
        }
    }

    private void entries(AccountNumber account) {
        Map<TraceNumber, Long> expected = new HashMap<>(ledger.entriesOf(account));
        long after = 0;
        boolean more = true;
        while (more) {
            BankReply page =
                    bank.get(
                            "/v1/accounts/%s/statement?after_entry=%d&limit=%d"
                                    .formatted(account, after, PAGE));
            if (!page.isAccepted()) {
                findings.add(account + ": statement cannot be read: " + page.outcome());
                return;
            }
            JsonNode entries = page.body().path("entries");
            for (JsonNode entry : entries) {
                entry(account, entry, expected);
                after = entry.path("entry").asLong();
            }
            more = page.body().path("more").asBoolean() && !entries.isEmpty();
        }
        expected.forEach((trace, amount) ->
                findings.add(
                        "%s: %s was accepted and is not on the statement"
                                .formatted(account, trace)));
    }

    private void entry(AccountNumber account, JsonNode entry, Map<TraceNumber, Long> expected) {
        TraceNumber trace = TraceNumber.parse(entry.path("trace_number").asText());
        long amount = Money.parse(entry.path("amount").asText(), Operation.CURRENCY).minor();
        Long wanted = expected.remove(trace);
        if (wanted == null) {
            findings.add(
                    "%s: %s with %d is on the statement (expected: not, or only once)"
                            .formatted(account, trace, amount));
        } else if (wanted != amount) {
            findings.add(
                    "%s: %s with %d is on the statement (expected: %d)"
                            .formatted(account, trace, amount, wanted));
        }
    }
}
