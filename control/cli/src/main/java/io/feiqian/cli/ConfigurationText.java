package io.feiqian.cli;

import io.feiqian.bank.contract.ConfigurationInstance;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ConfigurationRollout;
import io.feiqian.bank.contract.ConfigurationVersion;
import java.io.PrintStream;
import java.time.Instant;

/** Documents of configuration, their versions and rollouts as lines for people. */
final class ConfigurationText {
    private ConfigurationText() {}

    /** Whether a process does not go by what is meant for it. */
    static boolean differs(ConfigurationRecord document) {
        return document.getInstancesList().stream().anyMatch(ConfigurationText::differs);
    }

    static void print(ConfigurationRecord document, PrintStream out) {
        out.printf(
                "%s: newest version %s; %s%n",
                document.getName(),
                numbered(document.getNewestVersion()),
                document.hasRollout() ? line(document.getRollout()) : "nothing published");
        if (!document.getRegistryAnswers()) {
            out.println("  the registry does not answer; instances as they were known last:");
        }
        document.getInstancesList().forEach(each -> out.println("  " + line(each)));
    }

    static String line(ConfigurationRollout rollout) {
        String trial =
                rollout.getGrayVersion() == 0
                        ? ""
                        : ", version %d on trial for %s"
                                .formatted(rollout.getGrayVersion(), rollout.getGrayTarget());
        return "rollout %d: version %s for all%s, %s by %s: %s"
                .formatted(
                        rollout.getRevision(),
                        numbered(rollout.getVersion()),
                        trial,
                        Instant.ofEpochMilli(rollout.getAtMillis()),
                        rollout.getOperator(),
                        rollout.getReason());
    }

    static String line(ConfigurationVersion version) {
        String copy =
                version.getCopyOf() == 0 ? "" : ", again version %d".formatted(version.getCopyOf());
        return "version %d, %s by %s: %s%s"
                .formatted(
                        version.getVersion(),
                        Instant.ofEpochMilli(version.getAtMillis()),
                        version.getOperator(),
                        version.getReason(),
                        copy);
    }

    static String line(ConfigurationInstance instance) {
        String meant =
                instance.getMeantVersion() == instance.getVersion()
                        ? ""
                        : " (meant: %s)".formatted(numbered(instance.getMeantVersion()));
        String refused =
                instance.getRefusedBecause().isEmpty()
                        ? ""
                        : ", REFUSED version %s: %s"
                                .formatted(
                                        instance.getRefusedVersion() == 0
                                                ? "(unknown)"
                                                : Long.toString(instance.getRefusedVersion()),
                                        instance.getRefusedBecause());
        return "%s: version %s%s%s"
                .formatted(instance.getInstance(), numbered(instance.getVersion()), meant, refused);
    }

    private static boolean differs(ConfigurationInstance instance) {
        return instance.getMeantVersion() != instance.getVersion()
                || !instance.getRefusedBecause().isEmpty();
    }

    private static String numbered(long version) {
        return version == 0 ? "none (defaults)" : Long.toString(version);
    }
}
