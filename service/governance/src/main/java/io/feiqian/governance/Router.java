package io.feiqian.governance;

import java.util.ArrayList;
import java.util.List;

/** A policy of routing, with its destinations made once. Immutable. */
final class Router {
    private final Policy policy;
    private final List<RouteBranch> branches;
    private final List<List<Destination>> ways = new ArrayList<>();
    private final Destination base;
    private final long salt;

    Router(Policy policy, Rule.Route route) {
        this.policy = policy;
        this.branches = route.branches();
        this.base = new Destination(policy.ref(), route.base(), route);
        // Not the same customers are the first ones of every release.
        this.salt = StableShare.hash(policy.ref().id());
        for (RouteBranch each : branches) {
            ways.add(
                    each.to().stream()
                            .map(way -> new Destination(policy.ref(), way.labels(), route))
                            .toList());
        }
    }

    Policy policy() {
        return policy;
    }

    /**
     * Where a call goes.
     *
     * @param chance any number; decides between ways where the call has nothing that stays
     */
    Destination destination(Call call, long chance) {
        for (int i = 0; i < branches.size(); i++) {
            RouteBranch branch = branches.get(i);
            if (branch.when().matchesRest(call)) {
                String of = branch.of().isEmpty() ? "" : call.parameter(branch.of());
                long hash = StableShare.mix(StableShare.hash(of) ^ salt);
                boolean inShare =
                        branch.percent() >= 100
                                || (!of.isEmpty() && StableShare.percent(hash) < branch.percent());
                if (inShare) {
                    return way(i, of.isEmpty() ? chance : hash);
                }
            }
        }
        return base;
    }

    private Destination way(int branch, long point) {
        List<RouteBranch.Way> to = branches.get(branch).to();
        // Other bits than those that told the share, or the share would all go the first way.
        int at = StableShare.below(branches.get(branch).weights(), StableShare.mix(point ^ 1));
        for (int i = 0; i < to.size(); i++) {
            at -= to.get(i).weight();
            if (at < 0) {
                return ways.get(branch).get(i);
            }
        }
        throw new IllegalStateException("a point lies below the sum of the weights");
    }
}
