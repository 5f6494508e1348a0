package io.feiqian.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.AuditBooksResponse;
import io.feiqian.bank.contract.CurrencySum;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.UnfinishedLeg;
import java.util.List;
import org.junit.jupiter.api.Test;

final class BooksAuditTest {
    private static AuditBooksResponse.Builder books(String cell, String peer, long position) {
        return AuditBooksResponse.newBuilder()
                .setCell(cell)
                .setAccounts(2)
                .addSums(CurrencySum.newBuilder().setCurrency("CNY").setCustomersMinor(-position))
                .addPeers(
                        PeerPosition.newBuilder()
                                .setPeer(peer)
                                .setCurrency("CNY")
                                .setBalanceMinor(position));
    }

    private static UnfinishedLeg leg(String peer, long amount) {
        return UnfinishedLeg.newBuilder()
                .setPeer(peer)
                .setCurrency("CNY")
                .setAmountMinor(amount)
                .build();
    }

    private static BooksAudit audit(AuditBooksResponse.Builder... books) {
        return BooksAudit.of(
                List.of(books).stream().map(AuditBooksResponse.Builder::build).toList());
    }

    @Test
    void booksThatAgreeAreClean() {
        BooksAudit audit = audit(books("cell-1", "cell-2", 700), books("cell-2", "cell-1", -700));
        assertThat(audit.isClean()).isTrue();
        assertThat(audit.accounts()).isEqualTo(4);
        assertThat(audit.customersMinor()).containsEntry("CNY", 0L);
    }

    @Test
    void moneyLostBetweenTwoCellsIsFound() {
        BooksAudit audit = audit(books("cell-1", "cell-2", 700), books("cell-2", "cell-1", -699));
        assertThat(audit.isClean()).isFalse();
        assertThat(audit.findings())
                .containsExactly("cell-1 and cell-2 differ by 1 minor units of CNY (expected: 0)");
    }

    @Test
    void moneyMadeBetweenTwoCellsIsFoundAlsoWhileLegsAreUnderWay() {
        BooksAudit audit =
                audit(
                        books("cell-1", "cell-2", 700).addUnfinishedLegs(leg("cell-2", 50)),
                        books("cell-2", "cell-1", -701));
        assertThat(audit.findings()).hasSize(1);
    }

    @Test
    void aLegUnderWayExplainsADifferenceButIsNotClean() {
        BooksAudit audit =
                audit(
                        books("cell-1", "cell-2", 700)
                                .setUnfinishedDecisions(1)
                                .addUnfinishedLegs(leg("cell-2", 50)),
                        books("cell-2", "cell-1", -650));
        assertThat(audit.findings()).isEmpty();
        assertThat(audit.isClean()).isFalse();
    }

    @Test
    void aCellThatDoesNotBalanceIsFoundAndItsOwnFindingsAreNamed() {
        AuditBooksResponse.Builder wrong =
                AuditBooksResponse.newBuilder()
                        .setCell("cell-1")
                        .addSums(CurrencySum.newBuilder().setCurrency("CNY").setBalanceMinor(3))
                        .addFindings("account 1 has 2, its journal says 1")
                        .setFindingCount(5);
        assertThat(audit(wrong).findings())
                .containsExactly(
                        "cell-1: account 1 has 2, its journal says 1",
                        "cell-1: 4 more findings",
                        "cell-1: all CNY balances together are 3 minor units (expected: 0)");
    }
}
