package io.feiqian.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.bank.contract.ConfigurationRecord;
import io.feiqian.bank.contract.ConfigurationRolloutResponse;
import io.feiqian.bank.contract.PublishConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationRequest;
import io.feiqian.bank.contract.SetConfigurationResponse;
import io.feiqian.governance.GrayRelease;
import io.feiqian.governance.PolicyException;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;

/** The document of releases, seen and changed: a version more, given to all. */
final class ReleaseChange {
    private static final String DOCUMENT = "releases";

    private ReleaseChange() {}

    /**
     * The document as it is in force for all.
     *
     * @param record who uses what
     * @param content its text
     */
    record Seen(ConfigurationRecord record, String content) {
        String lastChange() {
            return record.hasRollout() ? ConfigurationText.line(record.getRollout()) : "none";
        }
    }

    static Seen see(CommonOptions common, String command) {
        ConfigurationRecord record = ConfigurationClient.document(common, command, DOCUMENT);
        long version = record.getRollout().getVersion();
        String text = ConfigurationClient.text(common, command, DOCUMENT, version);
        return new Seen(record, version == 0 ? "{}" : text);
    }

    /**
     * Makes a change of what is in force; somebody else's of the same moment is not overwritten.
     */
    static int make(CommonOptions common, String command, UnaryOperator<String> change) {
        Seen seen = see(common, command);
        SetConfigurationRequest next =
                SetConfigurationRequest.newBuilder()
                        .setName(DOCUMENT)
                        .setBaseVersion(seen.record().getNewestVersion())
                        .setContent(changed(seen.content(), change))
                        .build();
        long version =
                ConfigurationClient.ask(
                                common,
                                command,
                                it -> it.setConfiguration(next),
                                SetConfigurationResponse::getOutcome)
                        .getVersion()
                        .getVersion();
        PublishConfigurationRequest publish =
                PublishConfigurationRequest.newBuilder()
                        .setName(DOCUMENT)
                        .setVersion(version)
                        .setTarget("all")
                        .setRevision(seen.record().getRollout().getRevision())
                        .build();
        ConfigurationRolloutResponse done =
                ConfigurationClient.ask(
                        common,
                        command,
                        it -> it.publishConfiguration(publish),
                        ConfigurationRolloutResponse::getOutcome);
        ConfigurationChange.tell(common, DOCUMENT, done);
        return ExitStatus.OK.code();
    }

    static ObjectNode json(Seen seen, List<GrayRelease> releases) {
        ObjectNode json = BankClient.body().put("last_change", seen.lastChange());
        ArrayNode all = json.putArray(DOCUMENT);
        for (GrayRelease each : releases) {
            all.addObject()
                    .put("id", each.id())
                    .put("phase", each.phase().name().toLowerCase(Locale.ROOT))
                    .put("step", each.step())
                    .put("percent", each.percent())
                    .put("label", each.label() + "=" + each.value())
                    .put("why", each.why());
        }
        return json;
    }

    private static String changed(String content, UnaryOperator<String> change) {
        try {
            return change.apply(content);
        } catch (PolicyException wrong) {
            throw new CommandFailure(
                    ExitStatus.USAGE,
                    String.valueOf(wrong.getMessage()),
                    "See 'feiqian release status'.",
                    wrong);
        }
    }
}
