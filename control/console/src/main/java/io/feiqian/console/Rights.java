package io.feiqian.console;

import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Set;

/** What a user may do now, and in which cells. */
record Rights(String user, Role role, Tenant tenant) {
    /** Whether the role permits it, and the tenant is not exceeded by it. */
    boolean may(Permission wanted) {
        return role.may(wanted) && (tenant.isWhole() || !wanted.isOfSystem());
    }

    /** Everything of that kind. */
    Set<Permission> all() {
        EnumSet<Permission> all = EnumSet.noneOf(Permission.class);
        Arrays.stream(Permission.values()).filter(this::may).forEach(all::add);
        return all;
    }

    /**
     * Refuses what the user may not.
     *
     * @throws RefusedException with {@code NOT_PERMITTED}
     */
    void require(Permission wanted) {
        if (!role.may(wanted)) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "%s: %s (expected: a role that permits %s)"
                            .formatted(user, role.name(), wanted.key()));
        }
        if (!may(wanted)) {
            throw new RefusedException(
                    OutcomeCode.NOT_PERMITTED,
                    "%s: of tenant %s (expected: of all cells, since %s is of the whole system)"
                            .formatted(user, tenant.name(), wanted.key()));
        }
    }
}
