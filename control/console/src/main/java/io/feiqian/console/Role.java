package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A name and what users may do who have it. Three are built in and never change.
 *
 * @param name in capital letters where it is built in, else as {@link Names} wants it
 * @param permissions what it permits, besides what everybody may
 */
record Role(String name, Set<Permission> permissions) {
    /** Sees every page but that of users. */
    static final Role VIEWER =
            new Role(
                    "VIEWER",
                    EnumSet.of(
                            Permission.OVERVIEW_SEE,
                            Permission.TRANSACTIONS_SEE,
                            Permission.TRANSACTIONS_EXPORT,
                            Permission.LEDGER_SEE,
                            Permission.ROUTING_SEE,
                            Permission.SERVICES_SEE,
                            Permission.GATEWAY_SEE,
                            Permission.CONFIGURATION_SEE,
                            Permission.TRACES_SEE,
                            Permission.ALARMS_SEE,
                            Permission.AUDIT_SEE,
                            Permission.TOKENS_USE));

    /** Acts on transactions, instances, configuration and alarms too. */
    static final Role OPERATOR =
            VIEWER.with(
                    "OPERATOR",
                    Permission.TRANSACTIONS_ACT,
                    Permission.TRANSACTIONS_PROPOSE,
                    Permission.TRANSACTIONS_APPROVE,
                    Permission.ROUTING_CHANGE,
                    Permission.GATEWAY_CHANGE,
                    Permission.CONFIGURATION_CHANGE,
                    Permission.ALARMS_ACT);

    /** Sees every page, and manages users, alarm rules and channels. */
    static final Role ADMINISTRATOR =
            VIEWER.with(
                    "ADMINISTRATOR",
                    Permission.USERS_SEE,
                    Permission.USERS_MANAGE,
                    Permission.ALARMS_MANAGE);

    /** Those that never change. */
    static final List<Role> BUILT_IN = List.of(VIEWER, OPERATOR, ADMINISTRATOR);

    /** Copies the set. */
    Role {
        EnumSet<Permission> copy = EnumSet.noneOf(Permission.class);
        copy.addAll(permissions);
        permissions = Collections.unmodifiableSet(copy);
    }

    /** The role of this name that is kept nowhere any more: nothing is permitted. */
    static Role unknown(String name) {
        return new Role(name, Set.of());
    }

    static Optional<Role> builtIn(String name) {
        return BUILT_IN.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    boolean isBuiltIn() {
        return builtIn(name).isPresent();
    }

    boolean may(Permission wanted) {
        return wanted.isEverybodys() || permissions.contains(wanted);
    }

    /** Whether whoever has it cannot both make users and do what these users are watched for. */
    boolean keepsDutiesApart() {
        return !may(Permission.USERS_MANAGE) || moving().isEmpty();
    }

    /**
     * The same role.
     *
     * @throws RefusedException with {@code NOT_PERMITTED} unless it {@link #keepsDutiesApart}
     */
    Role requireDutiesApart() {
        if (!keepsDutiesApart()) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "role: %s permits %s and %s (expected: not both)"
                            .formatted(
                                    name,
                                    Permission.USERS_MANAGE.key(),
                                    moving().stream()
                                            .map(Permission::key)
                                            .collect(Collectors.joining(", "))));
        }
        return this;
    }

    /** Whether it may move money, or the ways that money takes. */
    boolean moves() {
        return !moving().isEmpty();
    }

    private List<Permission> moving() {
        return permissions.stream().filter(Permission::moves).toList();
    }

    private Role with(String other, Permission... more) {
        EnumSet<Permission> all = EnumSet.copyOf(permissions);
        all.addAll(Arrays.asList(more));
        return new Role(other, all);
    }
}
