package io.feiqian.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Duration;
import java.util.Optional;
import picocli.CommandLine.Option;

/** Which gateway a command speaks to: straight, past registry, console and cells. */
final class GatewayOptions {
    private static final Duration PATIENCE = Duration.ofSeconds(15);
    private static final String ROOT = "/admin/v1/";

    @Option(
            names = {"--gateway", "--address"},
            paramLabel = "WHICH",
            description = {
                "the gateway: its name in --home, its folder, or the address of its desk",
                "(default: the one of --home)"
            })
    private String which = "";

    /**
     * What a gateway said.
     *
     * @param desk where
     * @param body its words
     */
    record Said(GatewayDesks.Found desk, JsonNode body) {}

    /** What it says to a question. */
    Said ask(CommonOptions common, String command, String question) {
        return said(common, command, question, Optional.empty());
    }

    /** What it says to an order. */
    Said order(CommonOptions common, String command, String action, ObjectNode body) {
        return said(common, command, action, Optional.of(body));
    }

    private Said said(
            CommonOptions common, String command, String path, Optional<ObjectNode> body) {
        GatewayDesks.Found desk = GatewayDesks.find(common.home(), which);
        BankClient.Operator operator =
                new BankClient.Operator(desk.token(), common.operator(), common.reason(command));
        try (BankClient gateway = new BankClient(desk.address(), PATIENCE, operator)) {
            BankReply reply =
                    body.isPresent()
                            ? gateway.post(ROOT + path, body.get())
                            : gateway.get(ROOT + path);
            return new Said(desk, RunningSystem.accepted(reply, "gateway").body());
        }
    }
}
