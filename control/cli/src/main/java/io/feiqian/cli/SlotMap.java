package io.feiqian.cli;

import io.feiqian.bank.contract.OwnedRange;
import io.feiqian.bank.contract.RegistryView;
import io.feiqian.bank.contract.RouteRecord;
import io.feiqian.bank.contract.ShowInstanceResponse;
import io.feiqian.cli.SlotSpan.Claim;
import io.feiqian.cli.SlotSpan.Verdict;
import io.feiqian.vocabulary.Slot;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * All slots by owner, state and epoch, as the route map says and as the cells own them: a pure
 * function of what the instances said. They said it one after the other, so while slots move the
 * two may differ for a moment.
 *
 * @param spans in order of the slots, without those that neither knows
 */
public record SlotMap(List<SlotSpan> spans) {
    /** Copies the list. */
    public SlotMap {
        spans = List.copyOf(spans);
    }

    /** The span of a slot; empty where neither the route map nor a cell knows it. */
    public Optional<SlotSpan> find(int slot) {
        return spans.stream().filter(each -> each.contains(slot)).findFirst();
    }

    /** The spans that an operator must look at. */
    public List<SlotSpan> wrong() {
        return spans.stream().filter(each -> each.verdict().isWrong()).toList();
    }

    /** The spans whose owner does not say what it owns. */
    public List<SlotSpan> unknown() {
        return spans.stream().filter(each -> each.verdict() == Verdict.NOT_KNOWN).toList();
    }

    /** The spans of the slots that the route map routes to a cell, or that it owns. */
    public List<SlotSpan> of(String cell) {
        return spans.stream()
                .filter(each ->
                        each.routed().stream().anyMatch(it -> it.cell().equals(cell))
                                || each.owned().stream().anyMatch(it -> it.cell().equals(cell)))
                .toList();
    }

    /** What the instances said, against this registry's route map. */
    public static SlotMap of(RegistryView registry, List<InstanceAnswer> answers) {
        Map<String, List<OwnedRange>> owned = new LinkedHashMap<>();
        for (InstanceAnswer each : answers) {
            each.said()
                    .filter(ShowInstanceResponse::getOwnedKnown)
                    .ifPresent(said -> owned.put(each.cell(), said.getOwnedList()));
        }
        List<SlotSpan> spans = new ArrayList<>();
        List<Integer> borders = List.copyOf(borders(registry, owned));
        for (int i = 0; i + 1 < borders.size(); i++) {
            int first = borders.get(i);
            List<Claim> routed = routed(registry, first);
            List<Claim> claims = owned(owned, first);
            if (!routed.isEmpty() || !claims.isEmpty()) {
                add(
                        spans,
                        new SlotSpan(
                                first,
                                borders.get(i + 1) - 1,
                                routed,
                                claims,
                                verdict(routed, claims, owned.keySet())));
            }
        }
        return new SlotMap(spans);
    }

    private static Verdict verdict(List<Claim> routed, List<Claim> owned, Set<String> heard) {
        if (owned.size() > 1) {
            return Verdict.TWO_OWNERS;
        }
        if (owned.size() == 1) {
            return owned.equals(routed) ? Verdict.AGREES : Verdict.DIFFERS;
        }
        return heard.contains(routed.getFirst().cell()) ? Verdict.NO_OWNER : Verdict.NOT_KNOWN;
    }

    /** Where something may change: every first slot, and the one after every last. */
    private static TreeSet<Integer> borders(
            RegistryView registry, Map<String, List<OwnedRange>> owned) {
        TreeSet<Integer> borders = new TreeSet<>(List.of(0, Slot.COUNT));
        for (RouteRecord each : registry.getRoutesList()) {
            borders.add(each.getFirst());
            borders.add(each.getLast() + 1);
        }
        owned.values().stream()
                .flatMap(List::stream)
                .forEach(each -> {
                    borders.add(each.getFirst());
                    borders.add(each.getLast() + 1);
                });
        return borders;
    }

    private static List<Claim> routed(RegistryView registry, int slot) {
        return registry.getRoutesList().stream()
                .filter(each -> each.getFirst() <= slot && slot <= each.getLast())
                .map(each -> new Claim(each.getOwner(), each.getState(), each.getEpoch()))
                .toList();
    }

    private static List<Claim> owned(Map<String, List<OwnedRange>> owned, int slot) {
        List<Claim> claims = new ArrayList<>();
        owned.forEach((cell, ranges) ->
                ranges.stream()
                        .filter(each -> each.getFirst() <= slot && slot <= each.getLast())
                        .forEach(each ->
                                claims.add(new Claim(cell, each.getState(), each.getEpoch()))));
        return claims;
    }

    /** Neighbours that say the same become one. */
    private static void add(List<SlotSpan> spans, SlotSpan next) {
        SlotSpan last = spans.isEmpty() ? next : spans.getLast();
        boolean same =
                last.last() + 1 == next.first()
                        && last.routed().equals(next.routed())
                        && last.owned().equals(next.owned())
                        && last.verdict() == next.verdict();
        if (same) {
            spans.removeLast();
            spans.add(
                    new SlotSpan(
                            last.first(),
                            next.last(),
                            next.routed(),
                            next.owned(),
                            next.verdict()));
        } else {
            spans.add(next);
        }
    }

    /** The cells that are named, in order of their first slot. */
    public List<String> cells() {
        Set<String> seen = new HashSet<>();
        return spans.stream()
                .flatMap(each ->
                        java.util.stream.Stream.concat(
                                each.owned().stream(), each.routed().stream()))
                .map(Claim::cell)
                .filter(seen::add)
                .toList();
    }
}
