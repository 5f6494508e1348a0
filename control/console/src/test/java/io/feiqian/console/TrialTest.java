package io.feiqian.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.feiqian.bank.contract.HotAccount;
import io.feiqian.bank.contract.HotAccountsResponse;
import io.feiqian.bank.contract.KindBalance;
import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.TrialBalanceResponse;
import io.feiqian.bank.contract.UnfinishedLeg;
import io.feiqian.console.Cells.Said;
import io.feiqian.console.Trial.Verdict;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

final class TrialTest {
    private static final List<String> NOBODY = List.of();

    @Test
    void cellsThatNetAndBalanceAreGood() {
        Trial trial = of(said(cell("cell-1", "cell-2", 700), cell("cell-2", "cell-1", -700)));

        assertThat(trial.totals()).singleElement().matches(Trial.Line::isBalanced);
        assertThat(trial.cells()).allMatch(each -> each.together().isBalanced());
        assertThat(trial.cells().getFirst().customers()).isEqualTo(new BigDecimal("-7.00"));
        assertThat(trial.cells().getFirst().interCell()).isEqualTo(new BigDecimal("7.00"));
        assertThat(trial.cells().getFirst().own()).isZero();
        assertThat(trial.kinds())
                .extracting(Trial.Line::kind)
                .containsExactly("CUSTOMER", "INTER_CELL");
        assertThat(verdict(trial)).isEqualTo(Verdict.NETS);
    }

    @Test
    void aCellThatDoesNotBalanceIsWrongWhateverIsUnderWay() {
        TrialBalanceResponse.Builder wrong =
                cell("cell-1", "cell-2", 700)
                        .setUnfinishedDecisions(9)
                        .addKinds(kind("CASH", "0.01"));

        Trial trial = of(said(wrong, cell("cell-2", "cell-1", -700)));

        assertThat(trial.cells().getFirst().together().isBalanced()).isFalse();
        assertThat(trial.cells().getLast().together().isBalanced()).isTrue();
        assertThat(trial.totals().getFirst().isBalanced()).isFalse();
    }

    @Test
    void whatTwoCellsSayIsWrongOnlyWhereBothStoodStill() {
        Said<TrialBalanceResponse> off =
                said(cell("cell-1", "cell-2", 700), cell("cell-2", "cell-1", -701));
        assertThat(Trial.isToBeAskedAgain(off)).isTrue();
        assertThat(verdict(Trial.of(0, off, off))).isEqualTo(Verdict.OFF);

        Said<TrialBalanceResponse> moved =
                said(cell("cell-1", "cell-2", 699), cell("cell-2", "cell-1", -700));
        assertThat(verdict(Trial.of(0, off, moved)))
                .as("off by as much, and other sums than before")
                .isEqualTo(Verdict.MOVING);

        Said<TrialBalanceResponse> busy =
                said(
                        cell("cell-1", "cell-2", 700).setUnfinishedBranches(1),
                        cell("cell-2", "cell-1", -701));
        assertThat(verdict(Trial.of(0, busy, busy))).isEqualTo(Verdict.MOVING);
    }

    @Test
    void aLegUnderWayExplainsTheDifference() {
        TrialBalanceResponse.Builder payers =
                cell("cell-1", "cell-2", 700)
                        .setUnfinishedDecisions(1)
                        .addUnfinishedLegs(
                                UnfinishedLeg.newBuilder()
                                        .setPeer("cell-2")
                                        .setCurrency("CNY")
                                        .setAmountMinor(50));

        Trial trial = of(said(payers, cell("cell-2", "cell-1", -650)));

        assertThat(verdict(trial)).isEqualTo(Verdict.UNDER_WAY);
        assertThat(trial.pairs().getFirst().together()).isEqualTo(new BigDecimal("0.50"));
    }

    @Test
    void aCellThatSaysNothingOrIsLateIsNamedAndNotJudged() {
        TrialBalanceResponse first = cell("cell-1", "cell-2", 700).build();
        Trial silent = of(new Said<>(List.of(first), List.of("cell-2")));
        assertThat(silent.silent()).containsExactly("cell-2");
        assertThat(verdict(silent)).isEqualTo(Verdict.UNSEEN);

        Trial late =
                of(
                        said(
                                first.toBuilder(),
                                TrialBalanceResponse.newBuilder().setCell("cell-2").setLate(true)));
        assertThat(late.late()).containsExactly("cell-2");
        assertThat(verdict(late)).isEqualTo(Verdict.UNSEEN);
        assertThat(late.cells()).hasSize(1);
    }

    @Test
    void theHottestOfAllCellsComeFirst() {
        Hot hot =
                Hot.of(
                        5,
                        new Said<>(
                                List.of(
                                        hot("cell-1", 1_000, false, 3, 9),
                                        hot("cell-2", 4_000, true, 7),
                                        HotAccountsResponse.newBuilder()
                                                .setCell("cell-3")
                                                .setLate(true)
                                                .build()),
                                List.of("cell-4")));

        assertThat(hot.accounts()).extracting(Hot.Line::entries).containsExactly(9L, 7L, 3L);
        assertThat(hot.accounts().get(1).cell()).isEqualTo("cell-2");
        assertThat(hot.sinceMillis()).as("all looked back so far").isEqualTo(4_000);
        assertThat(hot.cut()).isTrue();
        assertThat(hot.entries()).isEqualTo(200);
        assertThat(hot.late()).containsExactly("cell-3");
        assertThat(hot.silent()).containsExactly("cell-4");
    }

    private static Trial of(Said<TrialBalanceResponse> said) {
        return Trial.of(0, said, said);
    }

    private static Verdict verdict(Trial trial) {
        assertThat(trial.pairs()).hasSize(1);
        return trial.pairs().getFirst().verdict();
    }

    private static Said<TrialBalanceResponse> said(TrialBalanceResponse.Builder... cells) {
        return new Said<>(
                List.of(cells).stream().map(TrialBalanceResponse.Builder::build).toList(), NOBODY);
    }

    private static TrialBalanceResponse.Builder cell(String cell, String peer, long owes) {
        String decimal = BigDecimal.valueOf(owes, 2).toPlainString();
        String opposite = BigDecimal.valueOf(-owes, 2).toPlainString();
        return TrialBalanceResponse.newBuilder()
                .setCell(cell)
                .addKinds(kind("CUSTOMER", opposite))
                .addKinds(kind("INTER_CELL", decimal))
                .addPeers(
                        PeerPosition.newBuilder()
                                .setPeer(peer)
                                .setCurrency("CNY")
                                .setBalanceMinor(owes));
    }

    private static KindBalance kind(String kind, String balance) {
        return KindBalance.newBuilder()
                .setCurrency("CNY")
                .setKind(kind)
                .setAccounts(1)
                .setBalance(balance)
                .setHeld("0.00")
                .setPending("0.00")
                .build();
    }

    private static HotAccountsResponse hot(String cell, long since, boolean cut, long... entries) {
        HotAccountsResponse.Builder hot =
                HotAccountsResponse.newBuilder()
                        .setCell(cell)
                        .setSinceMillis(since)
                        .setCut(cut)
                        .setEntries(100);
        for (long each : entries) {
            hot.addAccounts(
                    HotAccount.newBuilder()
                            .setAccount("000" + each)
                            .setEntries(each)
                            .setCurrency("CNY")
                            .setTurnover("1.00"));
        }
        return hot.build();
    }
}
