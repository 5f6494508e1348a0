package io.feiqian.realdata;

import picocli.CommandLine.Command;

/** Groups the loaders of real data. */
@Command(
        name = "load",
        mixinStandardHelpOptions = true,
        subcommands = LoadBerkaCommand.class,
        description = "Load real transactions through the gateway.")
final class LoadCommand {}
