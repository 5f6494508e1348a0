package io.feiqian.cli;

import io.feiqian.bank.contract.PeerPosition;
import io.feiqian.bank.contract.UnfinishedLeg;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What the books of two cells say of each other in one currency (net-zero): together nothing, once
 * every decided leg is posted. While legs are under way it lies between nothing and their total,
 * since each may have been posted between two snapshots. Amounts in minor units.
 *
 * @param first one cell
 * @param second the other
 * @param currency the currency's code
 * @param firstMinor what the first owes the second by its own books
 * @param secondMinor what the second owes the first by its own books
 * @param underWayMinor legs that are decided and not known to be posted
 */
public record Netting(
        String first,
        String second,
        String currency,
        long firstMinor,
        long secondMinor,
        long underWayMinor) {
    private static final Comparator<Netting> ORDER =
            Comparator.comparing(Netting::first)
                    .thenComparing(Netting::second)
                    .thenComparing(Netting::currency);

    /**
     * What one cell says.
     *
     * @param cell its name
     * @param peers the balances of its inter-cell accounts
     * @param legs what it decided and does not know to be posted
     */
    public record Said(String cell, List<PeerPosition> peers, List<UnfinishedLeg> legs) {}

    /** Every pair of cells of which one says something, in order. */
    public static List<Netting> of(List<Said> cells) {
        Map<Pair, Netting> pairs = new HashMap<>();
        for (Said each : cells) {
            for (PeerPosition peer : each.peers()) {
                Pair pair = Pair.of(each.cell(), peer.getPeer(), peer.getCurrency());
                long owes = peer.getBalanceMinor();
                boolean first = each.cell().equals(pair.first());
                pairs.merge(pair, pair.with(first ? owes : 0, first ? 0 : owes, 0), Netting::plus);
            }
            for (UnfinishedLeg leg : each.legs()) {
                Pair pair = Pair.of(each.cell(), leg.getPeer(), leg.getCurrency());
                pairs.merge(pair, pair.with(0, 0, leg.getAmountMinor()), Netting::plus);
            }
        }
        return pairs.values().stream().sorted(ORDER).toList();
    }

    /** Both together. */
    public long netMinor() {
        return Math.addExact(firstMinor, secondMinor);
    }

    /** Whether it is as it must be. */
    public boolean isRight() {
        return netMinor() >= 0 && netMinor() <= underWayMinor;
    }

    private Netting plus(Netting that) {
        return new Netting(
                first,
                second,
                currency,
                Math.addExact(firstMinor, that.firstMinor),
                Math.addExact(secondMinor, that.secondMinor),
                Math.addExact(underWayMinor, that.underWayMinor));
    }

    private record Pair(String first, String second, String currency) {
        static Pair of(String owner, String peer, String currency) {
            return owner.compareTo(peer) < 0
                    ? new Pair(owner, peer, currency)
                    : new Pair(peer, owner, currency);
        }

        Netting with(long firstMinor, long secondMinor, long underWayMinor) {
            return new Netting(first, second, currency, firstMinor, secondMinor, underWayMinor);
        }
    }
}
