package io.feiqian.spring;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.PolicyDocument;
import io.feiqian.governance.PolicyException;
import io.feiqian.governance.Side;
import io.feiqian.governance.spi.LoadSource;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Timer;
import io.feiqian.vocabulary.Outcome;
import io.feiqian.vocabulary.OutcomeCode;

/**
 * The policies over a service's calls, over HTTP and Dubbo, at both sides (P6.2.2.5, P6.2.3). With
 * a registry they are those that operators publish; without one the service itself may publish.
 * Thread-safe.
 *
 * <p>Quotas of all processes together are not lent to services on Spring: such a policy goes by its
 * {@code withoutLease}.
 */
public final class CallGovernance implements AutoCloseable {
    private final Governance calling;
    private final Governance serving;
    private final Clock clock;
    private final Timer timer;

    /** No policy yet: every call is admitted. */
    public CallGovernance(Clock clock) {
        this.clock = clock;
        this.timer = Timer.system("feiqian-calls");
        this.calling = governance(Side.CALLER);
        this.serving = governance(Side.PROVIDER);
    }

    private Governance governance(Side side) {
        return Governance.of(GovernanceSetup.at(side).with(clock).with(LoadSource.machine()));
    }

    /** Of the calls that the service makes; its report says what each policy did. */
    public Governance calling() {
        return calling;
    }

    /** Of the calls that the service serves; its report says what each policy did. */
    public Governance serving() {
        return serving;
    }

    /**
     * Puts a document into force at both sides, as a whole; the form is that of {@code
     * docs/governance.md}.
     *
     * @return accepted, or refused with {@link OutcomeCode#INVALID_POLICY} and what is wrong; the
     *     old one stays
     */
    public Outcome publish(String json) {
        try {
            return publish(PolicyDocument.parse(json));
        } catch (PolicyException wrong) {
            return Outcome.refused(OutcomeCode.INVALID_POLICY, String.valueOf(wrong.getMessage()));
        }
    }

    /** Both have the same document, so that what the one refuses the other would. */
    synchronized Outcome publish(PolicyDocument document) {
        Outcome outcome = calling.publish(document);
        return outcome.isAccepted() ? serving.publish(document) : outcome;
    }

    Clock clock() {
        return clock;
    }

    Timer timer() {
        return timer;
    }

    /** Calls that wait, wait no longer. */
    @Override
    public void close() {
        timer.close();
    }
}
