package io.feiqian.rpc;

import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.registry.spi.Registry;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Randomness;
import io.feiqian.runtime.Timer;

/** What docs/governance.md shows of quotas; the tests of lending use it. */
final class QuotaSnippets {
    private QuotaSnippets() {}

    static QuotaBorrower borrower(
            String name, Registry registry, Clock clock, Timer timer, Randomness random) {
        Channels channels = new Channels(RpcClientConfig.DEFAULT);
        return QuotaBorrower.start(name, registry, channels, clock, timer, random);
    }

    static Governance policies(QuotaBorrower quotas, Clock clock) {
        return quotas.governance(GovernanceSetup.at(Side.CALLER).with(clock));
    }

    static void lend(RpcServer.Builder server, QuotaLender lender, Registry registry, String name) {
        RpcServer listening = server.add(lender).build().start();
        lender.stand(registry, new Endpoint(name, "127.0.0.1", listening.port()));
    }
}
