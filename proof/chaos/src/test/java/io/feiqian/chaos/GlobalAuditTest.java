package io.feiqian.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.vocabulary.BusinessDate;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Slot;
import io.feiqian.vocabulary.TraceNumber;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever is wrong in the books of services is found: the check of the check. */
final class GlobalAuditTest {
    private static final String TRACE =
            TraceNumber.of(BusinessDate.parse("2026-07-01"), new Slot(1), 997, 1).toString();
    private static final GlobalRequest TRANSFER =
            new GlobalRequest(
                    TRACE,
                    GlobalKind.TCC,
                    "payments",
                    false,
                    "",
                    List.of(
                            new Leg("accounts", Leg.How.TCC, 1, 30),
                            new Leg("payments", Leg.How.OWN, 2, -30)));

    private final GlobalLedger ledger = new GlobalLedger();

    private static ServiceBooks.Entry entry(
            String part, ServiceAccounts.Verb verb, long account, long amount) {
        return new ServiceBooks.Entry(TRACE, part, verb, account, amount);
    }

    private static ServiceBooks books(
            String service,
            long account,
            Set<String> committed,
            List<String> leftovers,
            ServiceBooks.Entry... journal) {
        long gained = List.of(journal).stream().mapToLong(ServiceBooks.Entry::amount).sum();
        return new ServiceBooks(
                service,
                Map.of(account, new ServiceBooks.Account("CNY", 100 + gained, 0, 0)),
                List.of(journal),
                committed,
                leftovers);
    }

    private static ServiceBooks payer(Set<String> committed) {
        return committed.isEmpty()
                ? books("payments", 2, committed, List.of())
                : books(
                        "payments",
                        2,
                        committed,
                        List.of(),
                        entry("1/own", ServiceAccounts.Verb.DO, 2, -30));
    }

    private List<String> findings(ServiceBooks... books) {
        return GlobalAudit.findings(List.of(books), ledger, 100);
    }

    @Test
    void rightBooksHaveNoFindings() {
        ledger.record(TRANSFER, OutcomeCode.ACCEPTED);
        assertThat(
                        findings(
                                payer(Set.of(TRACE)),
                                books(
                                        "accounts",
                                        1,
                                        Set.of(),
                                        List.of(),
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30))))
                .isEmpty();
    }

    @Test
    void whatWasReversedHasNoEffect() {
        ledger.record(TRANSFER, OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(
                        findings(
                                payer(Set.of()),
                                books(
                                        "accounts",
                                        1,
                                        Set.of(),
                                        List.of(),
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30),
                                        entry("1/1", ServiceAccounts.Verb.UNDO, 1, -30))))
                .isEmpty();
    }

    @Test
    void aRecalledMessageLeavesNothingAtItsReceiver() {
        GlobalRequest sent =
                new GlobalRequest(
                        TRACE,
                        GlobalKind.MESSAGE,
                        "payments",
                        false,
                        "",
                        List.of(
                                new Leg("accounts", Leg.How.MESSAGE, 1, 30),
                                new Leg("payments", Leg.How.OWN, 2, -30)));
        String later =
                TraceNumber.of(BusinessDate.parse("2026-07-01"), new Slot(1), 997, 2).toString();
        GlobalRequest recall =
                new GlobalRequest(
                        later,
                        GlobalKind.RECALL,
                        "payments",
                        false,
                        TRACE,
                        List.of(new Leg("payments", Leg.How.OWN, 2, 30)));
        ledger.record(sent, OutcomeCode.ACCEPTED);
        assertThat(ledger.takeRecallable(5)).containsExactly(sent);
        assertThat(ledger.takeRecallable(5)).isEmpty();
        ledger.record(recall, OutcomeCode.ACCEPTED);
        ServiceBooks payer =
                books(
                        "payments",
                        2,
                        Set.of(TRACE, later),
                        List.of(),
                        entry("1/own", ServiceAccounts.Verb.DO, 2, -30),
                        new ServiceBooks.Entry(later, "1/own", ServiceAccounts.Verb.DO, 2, 30));
        ServiceBooks.Entry taken = entry("1/1", ServiceAccounts.Verb.DO, 1, 30);
        ServiceBooks.Entry takenBack = entry("1/1", ServiceAccounts.Verb.UNDO, 1, -30);
        assertThat(findings(payer, books("accounts", 1, Set.of(), List.of(), taken, takenBack)))
                .isEmpty();
        assertThat(findings(payer, books("accounts", 1, Set.of(), List.of(), taken)))
                .anyMatch(each -> each.contains("has the effect"));
    }

    @Test
    void aConfirmThatRanTwiceIsFound() {
        ledger.record(TRANSFER, OutcomeCode.ACCEPTED);
        assertThat(
                        findings(
                                payer(Set.of(TRACE)),
                                books(
                                        "accounts",
                                        1,
                                        Set.of(),
                                        List.of(),
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30),
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30))))
                .anyMatch(each -> each.contains("together are +30 minor units off"))
                .anyMatch(each -> each.contains("is done 2 times"))
                .anyMatch(each -> each.contains("has the effect"));
    }

    @Test
    void anEffectThatIsMissingIsFound() {
        ledger.record(TRANSFER, OutcomeCode.ACCEPTED);
        assertThat(findings(payer(Set.of(TRACE)), books("accounts", 1, Set.of(), List.of())))
                .anyMatch(each -> each.contains("-30 minor units off"))
                .anyMatch(each -> each.contains("has the effect"));
    }

    @Test
    void whatWasRefusedAndIsCommittedIsFound() {
        ledger.record(TRANSFER, OutcomeCode.INSUFFICIENT_FUNDS);
        assertThat(
                        findings(
                                payer(Set.of(TRACE)),
                                books(
                                        "accounts",
                                        1,
                                        Set.of(),
                                        List.of(),
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30))))
                .anyMatch(each -> each.contains("is REFUSED for clients"))
                .anyMatch(each -> each.contains("(expected: {})"));
    }

    @Test
    void aBalanceThatTheJournalDoesNotExplainIsFound() {
        ServiceBooks wrong =
                new ServiceBooks(
                        "accounts",
                        Map.of(
                                1L, new ServiceBooks.Account("CNY", 99, 0, 0),
                                2L, new ServiceBooks.Account("CNY", 101, 5, 0)),
                        List.of(),
                        Set.of(),
                        List.of());
        assertThat(findings(wrong)).hasSize(3);
    }

    @Test
    void whatIsLeftToDoAndWhatNobodyAskedForIsFound() {
        List<String> left = new ArrayList<>();
        left.add("accounts: 1 left of feiqian_branch where state = 1 (expected: none)");
        assertThat(
                        findings(
                                books(
                                        "accounts",
                                        1,
                                        Set.of(),
                                        left,
                                        entry("1/1", ServiceAccounts.Verb.DO, 1, 30))))
                .anyMatch(each -> each.contains("1 left of"))
                .anyMatch(each -> each.contains("nobody asked for it"));
    }

    @Test
    void whatStaysUnknownIsFound() {
        ledger.record(TRANSFER, OutcomeCode.UNKNOWN);
        assertThat(findings(payer(Set.of()))).anyMatch(each -> each.contains("unknown for ever"));
    }
}
