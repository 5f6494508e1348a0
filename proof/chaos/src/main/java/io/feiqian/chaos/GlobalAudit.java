package io.feiqian.chaos;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Holds the databases of all services against what clients were answered: every accepted
 * transaction has exactly its effect, once, every other one none, the money is what it was, and
 * nothing is left to do.
 */
final class GlobalAudit {
    private static final int MOST_FINDINGS = 50;

    /**
     * A place that an effect is at.
     *
     * @param service whose
     * @param account account
     */
    private record Place(String service, long account) {}

    private final List<ServiceBooks> books;
    private final Map<String, GlobalRequest> requests;
    private final GlobalLedger ledger;
    private final long opening;
    private final List<String> findings = new ArrayList<>();

    private GlobalAudit(List<ServiceBooks> books, GlobalLedger ledger, long opening) {
        this.books = books;
        this.requests = ledger.requests();
        this.ledger = ledger;
        this.opening = opening;
    }

    /**
     * What is wrong, each a sentence; at most 50.
     *
     * @param opening what every account had in the beginning
     */
    static List<String> findings(List<ServiceBooks> books, GlobalLedger ledger, long opening) {
        GlobalAudit audit = new GlobalAudit(books, ledger, opening);
        books.forEach(each -> audit.findings.addAll(each.leftovers()));
        audit.money();
        books.forEach(audit::balances);
        books.forEach(audit::onceEach);
        audit.effects();
        audit.decisions();
        ledger.unknown().forEach(each -> audit.findings.add(each.trace() + " is unknown for ever"));
        audit.findings.addAll(ledger.findings());
        return List.copyOf(
                audit.findings.subList(0, Math.min(MOST_FINDINGS, audit.findings.size())));
    }

    private void money() {
        Map<String, Long> sums = new TreeMap<>();
        for (ServiceBooks each : books) {
            each.accounts()
                    .values()
                    .forEach(account ->
                            sums.merge(
                                    account.currency(),
                                    account.balance() - opening,
                                    Math::addExact));
        }
        sums.forEach((currency, gained) -> {
            if (gained != 0) {
                findings.add(
                        "all %s of all databases together are %+d minor units off (expected: 0)"
                                .formatted(currency, gained));
            }
        });
    }

    private void balances(ServiceBooks service) {
        Map<Long, Long> gained = new HashMap<>();
        service.journal()
                .forEach(each -> gained.merge(each.account(), each.amount(), Math::addExact));
        service.accounts()
                .forEach((number, account) -> {
                    long expected = opening + gained.getOrDefault(number, 0L);
                    if (account.balance() != expected) {
                        findings.add(
                                "%s/%d: balance is %d (expected: %d, by the journal)"
                                        .formatted(
                                                service.service(),
                                                number,
                                                account.balance(),
                                                expected));
                    }
                    if (account.held() != 0 || account.announced() != 0) {
                        findings.add(
                                "%s/%d: %d held, %d announced (expected: none)"
                                        .formatted(
                                                service.service(),
                                                number,
                                                account.held(),
                                                account.announced()));
                    }
                });
    }

    /** No branch and no step is done twice, undone twice, or undone without having been done. */
    private void onceEach(ServiceBooks service) {
        Map<String, Integer> done = new HashMap<>();
        Map<String, Integer> undone = new HashMap<>();
        for (ServiceBooks.Entry each : service.journal()) {
            Map<String, Integer> count = each.verb() == ServiceAccounts.Verb.DO ? done : undone;
            count.merge(each.trace() + " " + each.part(), 1, Integer::sum);
        }
        done.forEach((what, times) -> requireOnce(service, what, "done", times));
        undone.forEach((what, times) -> {
            requireOnce(service, what, "undone", times);
            if (!done.containsKey(what)) {
                findings.add(
                        "%s: %s is undone (expected: done before)"
                                .formatted(service.service(), what));
            }
        });
    }

    private void requireOnce(ServiceBooks service, String what, String how, int times) {
        if (times != 1) {
            findings.add(
                    "%s: %s is %s %d times (expected: once)"
                            .formatted(service.service(), what, how, times));
        }
    }

    private void effects() {
        Map<String, Map<Place, Long>> found = new HashMap<>();
        for (ServiceBooks each : books) {
            for (ServiceBooks.Entry entry : each.journal()) {
                found.computeIfAbsent(entry.trace(), trace -> new HashMap<>())
                        .merge(
                                new Place(each.service(), entry.account()),
                                entry.amount(),
                                Math::addExact);
            }
        }
        found.forEach((trace, effect) -> {
            effect.values().removeIf(amount -> amount == 0);
            if (!requests.containsKey(trace) && !effect.isEmpty()) {
                findings.add(trace + " has an effect and nobody asked for it");
            }
        });
        Set<String> recalled = ledger.recalled();
        for (GlobalRequest each : requests.values()) {
            Map<Place, Long> effect = found.getOrDefault(each.trace(), Map.of());
            Map<Place, Long> expected = new HashMap<>();
            switch (ledger.standing(each)) {
                case ACCEPTED ->
                        each.legs().stream()
                                .filter(leg ->
                                        leg.how() != Leg.How.MESSAGE
                                                || !recalled.contains(each.trace()))
                                .forEach(leg ->
                                        expected.put(
                                                new Place(leg.service(), leg.account()),
                                                leg.amount()));
                case REFUSED, VOID -> {
                    // No effect.
                }
                case UNKNOWN -> {
                    // A finding of its own.
                    continue;
                }
            }
            if (!effect.equals(expected)) {
                findings.add(
                        "%s (%s, %s) has the effect %s (expected: %s)"
                                .formatted(
                                        each.trace(),
                                        each.kind(),
                                        ledger.standing(each),
                                        effect,
                                        expected));
            }
        }
    }

    private void decisions() {
        Map<String, ServiceBooks> byName = new HashMap<>();
        books.forEach(each -> byName.put(each.service(), each));
        for (GlobalRequest each : requests.values()) {
            ServiceBooks initiator = byName.get(each.initiator());
            boolean committed = initiator != null && initiator.committed().contains(each.trace());
            boolean accepted = ledger.standing(each) == GlobalLedger.Standing.ACCEPTED;
            boolean known = ledger.standing(each) != GlobalLedger.Standing.UNKNOWN;
            if (known && committed != accepted) {
                findings.add(
                        "%s (%s) is %s for clients, and its initiator's record says %s"
                                .formatted(
                                        each.trace(),
                                        each.kind(),
                                        ledger.standing(each),
                                        committed ? "committed" : "not committed"));
            }
        }
    }
}
