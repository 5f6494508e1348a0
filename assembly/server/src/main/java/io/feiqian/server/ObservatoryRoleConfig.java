package io.feiqian.server;

import io.feiqian.configuration.DocumentType;

/**
 * What an observatory is told, as a file.
 *
 * @param host where it receives
 * @param port where it receives: OTLP over HTTP
 * @param databaseUrl the JDBC address of its own database
 * @param databaseUser the user
 * @param databasePasswordFile the file that holds the user's password
 * @param mostMegabytes how large what it keeps may become
 * @param longestHours how long something is kept at most
 * @param secretsFolder where the keys are that encrypt how to reach alarm channels
 * @param consoleUrl where notices of alarms lead to; empty for nowhere
 * @param alarmSeconds how often alarm rules are looked at; 0 for never here
 */
record ObservatoryRoleConfig(
        String host,
        int port,
        String databaseUrl,
        String databaseUser,
        String databasePasswordFile,
        int mostMegabytes,
        int longestHours,
        String secretsFolder,
        String consoleUrl,
        int alarmSeconds) {
    /** What a file says. */
    static final DocumentType<ObservatoryRoleConfig> TYPE =
            DocumentType.of(
                    "observatory",
                    new ObservatoryRoleConfig(
                            "127.0.0.1",
                            4318,
                            "jdbc:postgresql://127.0.0.1:5432/feiqian",
                            "feiqian",
                            "password",
                            1_024,
                            168,
                            "secrets",
                            "",
                            5));
}
