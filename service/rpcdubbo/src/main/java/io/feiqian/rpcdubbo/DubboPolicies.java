package io.feiqian.rpcdubbo;

import io.feiqian.governance.Governance;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;
import org.apache.dubbo.rpc.model.ApplicationModel;

/**
 * The policies over an application's calls: limits, quotas, breakers, degradation, access, schemas,
 * faults to order and routes (P6.2.2.5, P6.2.3). Without them every call is admitted, and goes
 * anywhere. Thread-safe.
 *
 * <p>A call that waits, in a queue or because of an ordered delay, keeps the thread that it is on,
 * so a queue's bound stays below the number of Dubbo's threads. A fallback may be an answer only.
 *
 * @param calling of the calls that it makes; each is judged once, whatever Dubbo repeats
 * @param serving of the calls that it serves
 * @param timer for calls that wait
 * @param random chooses among ways where a call has nothing that stays; {@link Randomness#shared}
 */
public record DubboPolicies(
        Governance calling, Governance serving, Timer timer, Randomness random) {
    /** Gives them to an application; before its first service is exported or referred to. */
    public void install(ApplicationModel application) {
        application.getBeanFactory().registerBean(this);
    }
}
