package io.feiqian.governance;

import io.feiqian.vocabulary.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * The policies that can be for calls of one method, in the order in which they are asked. Of each
 * ring (a kind and a group) the first that is for the call is applied.
 */
final class Plan {
    private final Check[][] rings;
    private final DegradeCheck[][] degrading;
    private final int holds;

    Plan(Check[][] rings, DegradeCheck[][] degrading) {
        this.rings = rings;
        this.degrading = degrading;
        int most = 0;
        for (Check[] ring : rings) {
            int ofRing = 0;
            for (Check each : ring) {
                ofRing = Math.max(ofRing, each.holds());
            }
            most += ofRing;
        }
        this.holds = most;
    }

    int holds() {
        return holds;
    }

    Decision judge(Admitted passage, int from) {
        Call call = passage.call();
        for (int i = from; i < rings.length; i++) {
            Check check = first(rings[i], call);
            Decision decision = check == null ? null : check.judge(passage, i + 1);
            if (check != null && decision != null) {
                return decision instanceof Queued ? decision : ended(passage, check, decision);
            }
        }
        return passage.begin();
    }

    private Decision ended(Admitted passage, Check check, Decision decision) {
        passage.abandon();
        if (decision instanceof Decision.Refused refused) {
            for (DegradeCheck[] ring : degrading) {
                DegradeCheck degrade = first(ring, passage.call());
                Decision instead =
                        degrade == null ? null : degrade.instead(check.policy().kind(), refused);
                if (instead != null) {
                    return instead;
                }
            }
        }
        return decision;
    }

    /** What is answered instead of a call that went through and failed; null for the failure. */
    Decision.@Nullable Degraded instead(Call call, Outcome failure) {
        for (DegradeCheck[] ring : degrading) {
            DegradeCheck degrade = first(ring, call);
            Decision.Degraded instead = degrade == null ? null : degrade.instead(failure);
            if (instead != null) {
                return instead;
            }
        }
        return null;
    }

    private static <C extends Check> @Nullable C first(C[] ring, Call call) {
        for (C each : ring) {
            if (each.isFor(call)) {
                return each;
            }
        }
        return null;
    }
}
