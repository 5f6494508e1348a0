package io.feiqian.proxy;

import java.util.Map;

/**
 * How one backend stands, for operators.
 *
 * @param pool its pool
 * @param name its name
 * @param address where it listens
 * @param cell the cell that it belongs to; empty for none
 * @param site where it runs; empty where nothing is known
 * @param labels further facts by name
 * @param configured its weight by the configuration or the registry
 * @param weight its weight now: 0 where it takes nothing new while another can
 * @param order what operators ordered
 * @param health what active checks say
 * @param detail why, where it is down or ejected; empty otherwise
 * @param ejected whether it is passed over because of how its calls ended
 * @param outstanding how many requests or connections it has now
 */
public record BackendState(
        String pool,
        String name,
        String address,
        String cell,
        String site,
        Map<String, String> labels,
        int configured,
        int weight,
        BackendOrders.Order order,
        Health health,
        String detail,
        boolean ejected,
        int outstanding) {
    /** What active checks say. */
    public enum Health {
        /** It is not checked, or not often enough yet; counts as up. */
        UNKNOWN,
        /** It is up. */
        UP,
        /** It is down. */
        DOWN,
        /**
         * It is still down, but the last check was good; takes nothing until enough of them were.
         */
        RISING
    }
}
