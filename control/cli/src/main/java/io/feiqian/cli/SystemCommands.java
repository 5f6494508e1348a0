package io.feiqian.cli;

import io.feiqian.cli.spi.CommandProvider;
import java.util.List;

/** The commands that talk to a running system. */
public final class SystemCommands implements CommandProvider {
    /** For {@code ServiceLoader}. */
    public SystemCommands() {}

    @Override
    public List<Object> commands() {
        return List.of(
                new StatusCommand(),
                new AccountCommand(),
                new TransferCommand(),
                new BusinessDateCommand(),
                new TxCommand(),
                new MessageCommand(),
                new ConfigurationCommand(),
                new ReleaseCommand(),
                new ServicesCommand(),
                new PolicyCommand(),
                new AuditCommand(),
                new AuditTrailCommand(),
                new EvidenceCommand(),
                new RollingRestartCommand());
    }
}
