package io.feiqian.server;

import io.feiqian.configuration.DocumentType;
import java.util.List;

/**
 * What a console is told, as a file.
 *
 * @param host where it listens
 * @param port where it listens
 * @param secretsFolder where the operators' token is, and what the console knows of its users
 * @param auditFile what its users did
 * @param observatoryUrl the JDBC address of the observatory's database; empty where there is none
 * @param observatoryUser the user
 * @param observatoryPasswordFile the file that holds the user's password
 * @param supervisor where the supervisor takes operators' orders, {@code host:port}; empty where
 *     another service manager starts the processes
 * @param tlsCertificate the console's certificate and those that signed it, a PEM file; empty for
 *     plain HTTP, which is for this machine only
 * @param tlsKey its private key, a PEM file (PKCS #8); empty where there is no certificate
 * @param oidcFile the document that says by whom users may sign in besides; empty where by nobody
 * @param gatewayDesk the file in which the gateway says where its desk is; empty for no gateway
 * @param instances the cells' instances
 */
record ConsoleRoleConfig(
        String host,
        int port,
        String secretsFolder,
        String auditFile,
        String observatoryUrl,
        String observatoryUser,
        String observatoryPasswordFile,
        String supervisor,
        String tlsCertificate,
        String tlsKey,
        String oidcFile,
        String gatewayDesk,
        List<KnownInstance> instances) {
    /** What a file says. */
    static final DocumentType<ConsoleRoleConfig> TYPE =
            DocumentType.of(
                    "console",
                    new ConsoleRoleConfig(
                            "127.0.0.1",
                            8090,
                            "secrets",
                            "console-audit.jsonl",
                            "",
                            "feiqian",
                            "password",
                            "",
                            "",
                            "",
                            "",
                            "",
                            List.of()));

    /** Copies the list. */
    ConsoleRoleConfig {
        instances = List.copyOf(instances);
    }
}
