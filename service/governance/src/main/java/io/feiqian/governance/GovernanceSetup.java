package io.feiqian.governance;

import io.feiqian.governance.spi.LoadSource;
import io.feiqian.governance.spi.QuotaShares;
import io.feiqian.governance.spi.RequestCheck;
import io.feiqian.runtime.Clock;

/**
 * What governance of one process stands on. Begin with {@link #at} and add what there is.
 *
 * @param side which side of calls it decides
 * @param clock time
 * @param load how busy the machine is
 * @param schemas compares requests with schemas
 * @param shares what this node may use of quotas
 * @param seed of the faults to order: the same seed, the same faults in the same order of calls
 */
public record GovernanceSetup(
        Side side,
        Clock clock,
        LoadSource load,
        RequestCheck schemas,
        QuotaShares shares,
        long seed) {
    /** By this machine's clock, with nothing else. */
    public static GovernanceSetup at(Side side) {
        return new GovernanceSetup(
                side,
                Clock.system(),
                LoadSource.none(),
                RequestCheck.none(),
                QuotaShares.none(),
                1);
    }

    /** The same with another clock. */
    public GovernanceSetup with(Clock newClock) {
        return new GovernanceSetup(side, newClock, load, schemas, shares, seed);
    }

    /** The same with this measure of load. */
    public GovernanceSetup with(LoadSource newLoad) {
        return new GovernanceSetup(side, clock, newLoad, schemas, shares, seed);
    }

    /** The same with these schemas. */
    public GovernanceSetup with(RequestCheck newSchemas) {
        return new GovernanceSetup(side, clock, load, newSchemas, shares, seed);
    }

    /** The same with these shares. */
    public GovernanceSetup with(QuotaShares newShares) {
        return new GovernanceSetup(side, clock, load, schemas, newShares, seed);
    }

    /** The same with another seed. */
    public GovernanceSetup seeded(long newSeed) {
        return new GovernanceSetup(side, clock, load, schemas, shares, newSeed);
    }
}
