package io.feiqian.governance;

import io.feiqian.vocabulary.OutcomeCode;
import java.time.Duration;
import java.util.concurrent.CancellationException;

/** What docs/governance.md shows. */
final class GovernanceSnippets {
    /** What is governed. */
    interface Service {
        OutcomeCode call();

        String instead(Fallback fallback);

        void pause(Duration length) throws InterruptedException;
    }

    private GovernanceSnippets() {}

    static String apply(Governance governance, Call call, Service service)
            throws InterruptedException {
        Decision decision = governance.decide(call);
        while (decision instanceof Queued queued) {
            service.pause(queued.await());
            decision = queued.resume();
        }
        if (decision instanceof Admitted permit) {
            OutcomeCode outcome = OutcomeCode.UNKNOWN;
            try {
                outcome = service.call();
            } finally {
                permit.close(outcome);
            }
            return outcome.name();
        }
        if (decision instanceof Decision.Degraded degraded) {
            return service.instead(degraded.instead());
        }
        if (decision instanceof Decision.Refused refused) {
            return refused.outcome().message();
        }
        if (decision instanceof Decision.Failed failed) {
            return failed.outcome().message();
        }
        throw new CancellationException("broken off as ordered");
    }
}
