package io.feiqian.console;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.feiqian.cli.BankClient;
import io.feiqian.cli.BankReply;
import io.feiqian.cli.GatewayDesks;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.RefusedException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;

/**
 * The line to a gateway's desk, whose address the gateway writes into a file when it starts.
 * Blocks; thread-safe.
 */
final class GatewayLine {
    private static final String ROOT = "/admin/v1/";
    private static final ObjectMapper JSON =
            JsonMapper.builder()
                    // A newer gateway may say more.
                    .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                    .build();

    private final Path addressFile;
    private final String token;
    private final Duration patience;

    GatewayLine(Path addressFile, String token, Duration patience) {
        this.addressFile = addressFile;
        this.token = token;
        this.patience = patience;
    }

    /** The gateway as it is now; one that is silent where it does not answer. */
    GatewayView look() {
        try (BankClient desk = desk("console", "look")) {
            BankReply said = desk.get(ROOT + "status");
            return said.isAccepted()
                    ? JSON.treeToValue(said.body(), GatewayView.class)
                    : GatewayView.silent(said.outcome().message());
        } catch (RefusedException silent) {
            return GatewayView.silent(String.valueOf(silent.getMessage()));
        } catch (JsonProcessingException foreign) {
            return GatewayView.silent("an answer that is not understood: " + foreign.getMessage());
        }
    }

    /**
     * Orders something in a user's name.
     *
     * @throws RefusedException with what the gateway said where it is not done
     */
    void order(String action, ObjectNode body, String user, String reason) {
        try (BankClient desk = desk(user, reason)) {
            BankReply said = desk.post(ROOT + action, body);
            if (!said.isAccepted()) {
                throw new RefusedException(said.outcome().code(), said.outcome().message());
            }
        }
    }

    private BankClient desk(String user, String reason) {
        try {
            GatewayDesks.Found desk = GatewayDesks.read(addressFile);
            return new BankClient(
                    desk.address(),
                    patience,
                    new BankClient.Operator(
                            desk.token().isEmpty() ? token : desk.token(), user, reason));
        } catch (IOException absent) {
            throw new RefusedException(
                    OutcomeCode.CELL_UNAVAILABLE, "no gateway has said where it is", absent);
        }
    }
}
