package io.feiqian.rpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UnknownFieldSet;
import io.feiqian.governance.Admitted;
import io.feiqian.governance.CallFacts;
import io.feiqian.governance.Decision;
import io.feiqian.governance.Governance;
import io.feiqian.governance.GovernanceSetup;
import io.feiqian.governance.Side;
import io.feiqian.rpc.echo.EchoGrpc;
import io.feiqian.rpc.echo.Part;
import io.feiqian.rpc.echo.SayRequest;
import io.feiqian.runtime.Clock;
import io.feiqian.runtime.Deadline;
import io.feiqian.vocabulary.OutcomeCode;
import io.feiqian.vocabulary.Requirement;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Requests against what their contract says. */
class ContractCheckTest {
    private static final SayRequest GOOD = SayRequest.newBuilder().setText("hello").build();

    private final Governance governance =
            Governance.of(GovernanceSetup.at(Side.PROVIDER).with(new ContractCheck()));

    @Requirement("P6.2.3-k")
    @Test
    void aRequestThatIsNotAsItsContractSaysIsRefusedAndWhatCameIsNotRepeated() {
        publish(1, true, "contract");
        assertThat(judge(GOOD)).isInstanceOf(Admitted.class);
        assertThat(why(SayRequest.getDefaultInstance()))
                .isEqualTo("text: not there (expected: a value)");
        assertThat(why(GOOD.toBuilder().setText("x".repeat(41)).build()))
                .isEqualTo("text: 41 characters (expected: at most 40)");
        assertThat(why(GOOD.toBuilder().setText("secret!").build()))
                .isEqualTo("text: of another form (expected: [a-zA-Z 0-9]*)");
        assertThat(why(GOOD.toBuilder().addParts(Part.getDefaultInstance()).build()))
                .isEqualTo("parts.name: not there (expected: a value)");
        assertThat(judge(GOOD.toBuilder().addParts(Part.newBuilder().setName("a")).build()))
                .isInstanceOf(Admitted.class);
        assertThat(why(GOOD.toBuilder().setToneValue(7).build()))
                .isEqualTo("tone: an unknown value (expected: one of Tone)");
        assertThat(
                        why(
                                GOOD.toBuilder()
                                        .setUnknownFields(
                                                UnknownFieldSet.newBuilder()
                                                        .addField(
                                                                9,
                                                                UnknownFieldSet.Field.newBuilder()
                                                                        .addVarint(1)
                                                                        .build())
                                                        .build())
                                        .build()))
                .isEqualTo("field 9: unknown (expected: a field of feiqian.rpc.echo.SayRequest)");
    }

    @Requirement("P6.2.3-k")
    @Test
    void whileTheSwitchIsOffNothingIsLookedAt() {
        publish(1, false, "contract");
        assertThat(judge(SayRequest.getDefaultInstance())).isInstanceOf(Admitted.class);
    }

    @Test
    void anotherSchemaIsKnownToNobodyHereAndWithoutARequestNothingFits() {
        publish(1, true, "of-the-bank");
        assertThat(why(GOOD)).contains("of-the-bank", "one that this process knows");
        publish(2, true, "contract");
        assertThat(governance.decide(CallFacts.of("s", "m"))).isInstanceOf(Decision.Refused.class);
    }

    private void publish(int version, boolean check, String name) {
        assertThat(
                        governance
                                .publish(
                                        ("{\"version\": %1$d, \"policies\": [{\"id\": \"f\","
                                                        + " \"version\": %1$d, \"side\": \"provider\","
                                                        + " \"schema\": {\"check\": %2$s, \"name\":"
                                                        + " \"%3$s\"}}]}")
                                                .formatted(version, check, name))
                                .message())
                .isEmpty();
    }

    private Decision judge(SayRequest request) {
        return governance.decide(
                new GovernedCall(
                        new io.feiqian.rpc.spi.CallFacts(
                                "feiqian.rpc.echo.Echo",
                                EchoGrpc.getSayMethod(),
                                "",
                                RequestContext.until(
                                        Deadline.after(Duration.ofSeconds(20), Clock.system())),
                                Optional.of(request)),
                        ""));
    }

    private String why(SayRequest request) {
        Decision decision = judge(request);
        assertThat(decision).isInstanceOf(Decision.Refused.class);
        Decision.Refused refused = (Decision.Refused) decision;
        assertThat(refused.code()).isEqualTo(OutcomeCode.AGAINST_SCHEMA);
        return refused.why();
    }
}
