package io.feiqian.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which of many paths a request is for. */
class RouteTableTest {
    @Test
    void aLiteralGoesBeforeAVariableAndAVariableTakesWhatNoLiteralAnswers() {
        RouteTable table =
                RouteTable.of(
                        List.of(
                                at("A", "/v1/{account}/x"),
                                at("B", "/v1/mine/x"),
                                at("C", "/v1/mine/{account}/deep")));

        assertThat(found(table, "/v1/other/x")).isEqualTo("feiqian.gateway.rival.A/Also");
        assertThat(found(table, "/v1/mine/x")).isEqualTo("feiqian.gateway.rival.B/Also");
        assertThat(found(table, "/v1/mine/7/deep")).isEqualTo("feiqian.gateway.rival.C/Also");
        // Down the literal first, and back where it leads to nothing.
        RouteTable back = RouteTable.of(List.of(at("A", "/v1/{account}/x"), at("B", "/v1/mine/y")));
        assertThat(found(back, "/v1/mine/x")).isEqualTo("feiqian.gateway.rival.A/Also");
        assertThat(back.find("POST", "/v1/mine/y"))
                .isInstanceOfSatisfying(
                        RouteTable.Found.OtherVerbs.class,
                        other -> assertThat(other.allowed()).containsExactly("GET", "HEAD"));
        assertThat(back.find("GET", "/v1/mine")).isInstanceOf(RouteTable.Found.Nothing.class);
    }

    @Test
    void twoMethodsAtOnePathAreRefusedByName() {
        assertThatThrownBy(() ->
                        RouteTable.of(List.of(at("A", "/v1/{account}"), at("B", "/v1/{account}"))))
                .hasMessageContaining("rival.A/Also and feiqian.gateway.rival.B/Also both at GET")
                .hasMessageContaining("expected");
    }

    @Test
    void amongThousandsThePathIsFoundAsAmongFew() {
        List<ServiceDescriptor> many =
                java.util.stream.IntStream.range(0, 3_000)
                        .mapToObj(i -> at("S" + i, "/v1/s" + i + "/{account}/x"))
                        .toList();
        RouteTable table = RouteTable.of(many);
        for (int i = 0; i < 3_000; i++) {
            assertThat(found(table, "/v1/s" + i + "/12/x"))
                    .isEqualTo("feiqian.gateway.rival.S" + i + "/Also");
        }
    }

    private static String found(RouteTable table, String path) {
        return table.find("GET", path) instanceof RouteTable.Found.Method(var method, _)
                ? method.name()
                : "nothing";
    }

    /** A service of this name with one method at this path. */
    private static ServiceDescriptor at(String name, String path) {
        return DynamicShop.changed(file -> {
            file.getServiceBuilder(0).clearMethod();
            DynamicShop.alsoAt(path).accept(file);
            DynamicShop.named(name).accept(file);
        });
    }
}
