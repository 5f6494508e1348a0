package io.feiqian.console;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * What a user may do on which page. Every address of the console and of its API needs exactly one
 * of them.
 */
public enum Permission {
    /** To see all cells at a glance. */
    OVERVIEW_SEE(Reach.CELLS),
    /** To see transactions, their journeys and what waits for approval. */
    TRANSACTIONS_SEE(Reach.CELLS),
    /** To take transactions up, suspend them and let them go on. */
    TRANSACTIONS_ACT(Reach.CELLS),
    /** To propose how a branch is to end. */
    TRANSACTIONS_PROPOSE(Reach.CELLS),
    /** To approve or reject what was proposed. */
    TRANSACTIONS_APPROVE(Reach.CELLS),
    /** To take a transaction out as evidence, with what may be seen of it. */
    TRANSACTIONS_EXPORT(Reach.CELLS),
    /** To see accounts, balances and hot accounts. */
    LEDGER_SEE(Reach.CELLS),
    /** To see who owns which slots, and the instances. */
    ROUTING_SEE(Reach.CELLS),
    /** To drain, resume, stop and start instances. */
    ROUTING_CHANGE(Reach.CELLS),
    /** To see services, their instances and subscribers, and what came to them. */
    SERVICES_SEE(Reach.CELLS),
    /** To see the gateway: listeners, backends, routes. */
    GATEWAY_SEE(Reach.SYSTEM),
    /** To weigh, drain and block backends of the gateway, and to block clients. */
    GATEWAY_CHANGE(Reach.SYSTEM),
    /** To see documents of configuration, and who goes by which version. */
    CONFIGURATION_SEE(Reach.SYSTEM),
    /** To write, publish, withdraw and roll back documents of configuration. */
    CONFIGURATION_CHANGE(Reach.SYSTEM),
    /** To see traces, logs and who calls whom. */
    TRACES_SEE(Reach.SYSTEM),
    /** To see alarms, silences, rules and channels. */
    ALARMS_SEE(Reach.SYSTEM),
    /** To take alarms on, end them and silence them. */
    ALARMS_ACT(Reach.SYSTEM),
    /** To change alarm rules and channels. */
    ALARMS_MANAGE(Reach.SYSTEM),
    /** To see who did what. */
    AUDIT_SEE(Reach.SYSTEM),
    /** To see users, roles and tenants. */
    USERS_SEE(Reach.SYSTEM),
    /** To change users, roles and tenants. */
    USERS_MANAGE(Reach.SYSTEM),
    /** To make API tokens, and to use them. */
    TOKENS_USE(Reach.SELF),
    /** To change one's own password and take one's own tokens back: everybody's. */
    PASSWORD_OWN(Reach.SELF);

    /** What there is to see and to act on where a permission is needed. */
    private enum Reach {
        /** Cells, one by one: a tenant bounds them. */
        CELLS,
        /** The whole system, which no tenant bounds: only for users of all cells. */
        SYSTEM,
        /** Nothing but the user. */
        SELF
    }

    /** What moves money, or keeps it from moving. */
    private static final Set<Permission> MOVING =
            EnumSet.of(
                    TRANSACTIONS_ACT,
                    TRANSACTIONS_PROPOSE,
                    TRANSACTIONS_APPROVE,
                    ROUTING_CHANGE,
                    GATEWAY_CHANGE);

    private final Reach reach;

    Permission(Reach reach) {
        this.reach = reach;
    }

    /** Its name for people and programs: page and action, such as {@code ledger.see}. */
    public String key() {
        return name().toLowerCase(Locale.ROOT).replace('_', '.');
    }

    /** Whether it is of the whole system, so that users of a limited tenant do not have it. */
    public boolean isOfSystem() {
        return reach == Reach.SYSTEM;
    }

    /** Whether everybody has it, whatever the role. */
    public boolean isEverybodys() {
        return this == PASSWORD_OWN;
    }

    /** Whether money or its ways depend on it; whoever manages users does not have it. */
    boolean moves() {
        return MOVING.contains(this);
    }

    static Optional<Permission> find(String key) {
        return Arrays.stream(values()).filter(each -> each.key().equals(key)).findFirst();
    }
}
