package io.feiqian.rpcdubbo;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.TraceNumber;
import java.time.Duration;
import org.apache.dubbo.rpc.model.ApplicationModel;

/** What docs/services.md shows of calls over Dubbo; ServicesPageTest compares. */
final class CallSnippets {
    private CallSnippets() {}

    static String call(Teller teller, TraceNumber trace, Clock clock) {
        String answer =
                DubboCalls.within(
                        DubboCallContext.until(Deadline.after(Duration.ofSeconds(9), clock))
                                .withTrace(trace)
                                .labelled("release=b"),
                        teller::tell);
        return answer;
    }

    static Outcome install(ApplicationModel application, Timer timer, long seed, String document) {
        Governance calling = Governance.of(GovernanceSetup.at(Side.CALLER));
        Governance serving = Governance.of(GovernanceSetup.at(Side.PROVIDER));
        new DubboPolicies(calling, serving, timer, Randomness.shared(seed)).install(application);
        Outcome taken = serving.publish(document);
        return taken;
    }
}
