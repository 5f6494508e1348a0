package io.feiqian.cli;

import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.bank.contract.CurrencySum;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The books of all cells, laid side by side.
 *
 * <p>Inside a cell: its own findings (journal against balances, entries that do not balance) and
 * sums that are zero. Between cells: what {@link Netting} tells.
 *
 * @param cells how many cells were asked
 * @param accounts all accounts together
 * @param entries all journal entries together
 * @param unfinished decisions and branches that are not finished
 * @param customersMinor the customers' money by currency, in minor units
 * @param findings what is wrong, each a sentence; empty in good books
 */
public record BooksAudit(
        int cells,
        long accounts,
        long entries,
        long unfinished,
        Map<String, Long> customersMinor,
        List<String> findings) {
    /** Copies what it is given. */
    public BooksAudit {
        customersMinor = Map.copyOf(customersMinor);
        findings = List.copyOf(findings);
    }

    /** Whether nothing is wrong and nothing is under way. */
    public boolean isClean() {
        return findings.isEmpty() && unfinished == 0;
    }

    /** What these cells' answers show together. */
    public static BooksAudit of(List<AuditBooksResponse> answers) {
        List<String> findings = new ArrayList<>();
        Map<String, Long> customers = new TreeMap<>();
        List<Netting.Said> said = new ArrayList<>();
        long accounts = 0;
        long entries = 0;
        long unfinished = 0;
        for (AuditBooksResponse each : answers) {
            accounts += each.getAccounts();
            entries += each.getEntries();
            unfinished += each.getUnfinishedDecisions() + each.getUnfinishedBranches();
            addOwn(each, findings, customers);
            said.add(
                    new Netting.Said(
                            each.getCell(), each.getPeersList(), each.getUnfinishedLegsList()));
        }
        Netting.of(said).stream()
                .filter(pair -> !pair.isRight())
                .forEach(pair -> findings.add(finding(pair)));
        return new BooksAudit(answers.size(), accounts, entries, unfinished, customers, findings);
    }

    private static void addOwn(
            AuditBooksResponse books, List<String> findings, Map<String, Long> customers) {
        if (books.getOutcome().getCode() != 0) {
            findings.add(
                    "%s: not audited: %s: %s"
                            .formatted(
                                    books.getCell(),
                                    books.getOutcome().getName(),
                                    books.getOutcome().getMessage()));
        }
        books.getFindingsList().forEach(each -> findings.add(books.getCell() + ": " + each));
        long unlisted = books.getFindingCount() - books.getFindingsCount();
        if (unlisted > 0) {
            findings.add("%s: %d more findings".formatted(books.getCell(), unlisted));
        }
        for (CurrencySum sum : books.getSumsList()) {
            customers.merge(sum.getCurrency(), sum.getCustomersMinor(), Math::addExact);
            if (sum.getBalanceMinor() != 0) {
                findings.add(
                        "%s: all %s balances together are %d minor units (expected: 0)"
                                .formatted(
                                        books.getCell(), sum.getCurrency(), sum.getBalanceMinor()));
            }
            if (sum.getDebitsMinor() != sum.getCreditsMinor()) {
                findings.add(
                        "%s: debits in %s are %d minor units, credits %d (expected: the same)"
                                .formatted(
                                        books.getCell(),
                                        sum.getCurrency(),
                                        sum.getDebitsMinor(),
                                        sum.getCreditsMinor()));
            }
        }
    }

    private static String finding(Netting pair) {
        return "%s and %s differ by %d minor units of %s (expected: 0%s)"
                .formatted(
                        pair.first(),
                        pair.second(),
                        pair.netMinor(),
                        pair.currency(),
                        pair.underWayMinor() == 0
                                ? ""
                                : " to " + pair.underWayMinor() + " under way");
    }
}
