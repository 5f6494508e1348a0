package io.feiqian.alarms.channels;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.util.Map;
import java.util.Set;

/**
 * What the robots of DingTalk and WeCom answer: with status 200 also to what they refuse, and a
 * code in the body. The text beside it is not passed on, since it may repeat the request's token.
 */
final class RobotAnswer {
    private static final ObjectMapper MAPPER = new ObjectMapper();

    /** Busy; more than 20 messages a minute (the newer and the older code). */
    private static final Set<Integer> DINGTALK_FOR_NOW = Set.of(-1, 130101, 410100);

    /** Busy; more than 20 messages a minute; too many at once. */
    private static final Set<Integer> WECOM_FOR_NOW = Set.of(-1, 45009, 45033);

    private static final Map<Integer, String> DINGTALK_MEANS =
            Map.of(
                    -1, "busy",
                    130101, "more than 20 messages a minute",
                    410100, "more than 20 messages a minute",
                    300005, "no such token",
                    310000, "its security settings: keyword, signature or address",
                    400013, "the group is gone",
                    400101, "no such token",
                    400102, "the robot is stopped",
                    400106, "no such robot",
                    460101, "message too long");

    private static final Map<Integer, String> WECOM_MEANS =
            Map.of(
                    -1, "busy",
                    45009, "more than 20 messages a minute",
                    45033, "too many at once",
                    40058, "message too long",
                    93000, "no such key");

    private RobotAnswer() {}

    /** Passes where the code is zero. */
    static void check(Webhook.Format format, byte[] body) throws NotDelivered {
        boolean dingTalk = format == Webhook.Format.DINGTALK;
        int code = code(body);
        if (code == 0) {
            return;
        }
        String means = (dingTalk ? DINGTALK_MEANS : WECOM_MEANS).getOrDefault(code, "refused");
        String message = "errcode: %d, %s (expected: 0)".formatted(code, means);
        throw (dingTalk ? DINGTALK_FOR_NOW : WECOM_FOR_NOW).contains(code)
                ? NotDelivered.forNow(message)
                : NotDelivered.forGood(message);
    }

    /** Something in between may have answered in the robot's place, so it may be another's turn. */
    private static int code(byte[] body) throws NotDelivered {
        try {
            JsonNode code = MAPPER.readTree(body).path("errcode");
            if (code.isInt()) {
                return code.intValue();
            }
        } catch (IOException foreign) {
            // Said below: what the parser says of it would show parts of it.
        }
        throw NotDelivered.forNow("answer: no errcode (expected: a robot's JSON)");
    }
}
