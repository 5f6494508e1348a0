package io.feiqian.server;

import io.feiqian.cli.GatewayDesks;
import io.feiqian.configuration.DocumentType;
import io.feiqian.proxy.ProxyConfig;
import io.feiqian.proxy.Transport;
import java.nio.file.Path;
import java.util.List;

/**
 * What the gateway is told, as a file. Where it names no registry the gateway is a load balancer of
 * its own, without a bank.
 *
 * @param name the gateway's name, unique in the whole system
 * @param host where it listens where no document says otherwise
 * @param port where it listens where no document says otherwise
 * @param registry the registry's address, as {@link RegistryAddress} has it; empty for none
 * @param snapshotFile what the registry said last, kept beside the process
 * @param firstRouteMapFile the bank's first route map, where nothing else is known
 * @param secretsFolder where the operators' token is
 * @param tracesTo where spans go, as {@code http://host:4318/v1/traces} (OTLP over HTTP); empty
 *     keeps their numbers on log lines only
 * @param tracesPerSecond the most traces that begin here and are recorded in a second; 0 for all
 * @param instances where the cells' instances are, where the registry has not said
 * @param folder where orders, records of them and the desk's address are kept
 * @param site where it runs; empty where that does not matter
 * @param city where it runs; empty where that does not matter
 * @param deskPort where its desk listens, always at 127.0.0.1; 0 for any port that is free
 * @param transport how sockets are worked with
 * @param directory who knows the customers of phones, documents and cards, as an address; empty for
 *     nobody
 * @param bank what the bank is called in ISO 20022 messages
 * @param proxy what it goes by where the configuration centre has said nothing
 */
record GatewayRoleConfig(
        String name,
        String host,
        int port,
        String registry,
        String snapshotFile,
        String firstRouteMapFile,
        String secretsFolder,
        String tracesTo,
        int tracesPerSecond,
        List<KnownInstance> instances,
        String folder,
        String site,
        String city,
        int deskPort,
        Transport.Kind transport,
        String directory,
        Bank bank,
        ProxyConfig proxy) {
    /**
     * What the bank is called in ISO 20022 messages.
     *
     * @param bic its BIC
     * @param country the country of its IBANs, two letters
     * @param ibanPrefix what its IBANs have between check digits and account
     */
    record Bank(String bic, String country, String ibanPrefix) {
        /** The bank of {@code dev}; no real one has this name. */
        static final Bank OF_DEV = new Bank("FEIQCNBJ", "CN", "FEIQ");
    }

    /** What a file says. */
    static final DocumentType<GatewayRoleConfig> TYPE =
            DocumentType.of(
                    "gateway",
                    new GatewayRoleConfig(
                            "gateway",
                            "127.0.0.1",
                            8080,
                            "",
                            "registry-snapshot",
                            "route-map.json",
                            "secrets",
                            "",
                            0,
                            List.of(),
                            ".",
                            "",
                            "",
                            0,
                            Transport.Kind.EPOLL,
                            "",
                            Bank.OF_DEV,
                            ProxyConfig.NONE));

    /** Copies the list. */
    GatewayRoleConfig {
        instances = List.copyOf(instances);
    }

    /** Where a gateway of this folder says where its desk is. */
    static Path deskAddress(Path folder) {
        return folder.resolve(GatewayDesks.FILE);
    }
}
