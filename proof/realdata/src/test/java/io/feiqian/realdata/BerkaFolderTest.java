package io.feiqian.realdata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.feiqian.realdata.BerkaTransaction.Direction;
import io.feiqian.realdata.BerkaTransaction.OtherSide;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class BerkaFolderTest {
    private static final String HEADER =
            "\"trans_id\";\"account_id\";\"date\";\"type\";\"operation\";\"amount\";\"balance\";"
                    + "\"k_symbol\";\"bank\";\"account\"\r\n";

    @TempDir private Path folder;

    @BeforeEach
    void writeMasterData() throws IOException {
        write(
                "client.asc",
                """
                "client_id";"birth_number";"district_id"
                5;"706213";18
                """);
        write(
                "disp.asc",
                """
                "disp_id";"client_id";"account_id";"type"
                1;5;7;"OWNER"
                """);
        write(
                "account.asc",
                """
                "account_id";"district_id";"frequency";"date"
                7;18;"POPLATEK MESICNE";930101
                """
                        .replace("\n", "\r\n"));
    }

    @Test
    void readsARowWithAllItsFields() throws IOException {
        write(
                "trans_a.asc",
                HEADER
                        + "9;7;930105;\"VYDAJ\";\"PREVOD NA UCET\";12.30;-0.5;\"SIPO\";\"YZ\";"
                        + "\"871\"\r\n");
        assertThat(BerkaFolder.read(folder).transactions())
                .containsExactly(
                        new BerkaTransaction(
                                9,
                                7,
                                LocalDate.of(1993, 1, 5),
                                Direction.DEBIT,
                                1_230,
                                -50,
                                new OtherSide.Nostro("YZ", "871"),
                                "PREVOD NA UCET SIPO"));
    }

    @Test
    void findsTheOtherSideByOperationAndSymbol() throws IOException {
        write(
                "trans_a.asc",
                HEADER
                        + """
                        1;7;930105;"PRIJEM";"VKLAD";1;1;"";;
                        2;7;930105;"VYDAJ";"VYBER";1;1;" ";"";0
                        3;7;930105;"VYDAJ";"VYBER KARTOU";1;1;"";;
                        4;7;930105;"PRIJEM";"PREVOD Z UCTU";1;1;"";"AB";0
                        5;7;930105;"PRIJEM";"";1;1;"UROK";;
                        6;7;930105;"VYDAJ";"VYBER";1;1;"SANKC. UROK";;
                        7;7;930105;"VYDAJ";"VYBER";1;1;"SLUZBY";;
                        """);
        assertThat(BerkaFolder.read(folder).transactions())
                .extracting(BerkaTransaction::otherSide)
                .containsExactly(
                        new OtherSide.CashDesk(),
                        new OtherSide.CashDesk(),
                        new OtherSide.CardSettlement(),
                        new OtherSide.Nostro("AB", ""),
                        new OtherSide.InterestExpense(),
                        new OtherSide.PenaltyInterestIncome(),
                        new OtherSide.FeeIncome());
    }

    @Test
    void readsTheFilesInOrderOfTheirNames() throws IOException {
        write("trans_1994.asc", HEADER + "2;7;940105;\"PRIJEM\";\"VKLAD\";1;1;\"\";;\n");
        write("trans_1993.asc", HEADER + "1;7;930105;\"PRIJEM\";\"VKLAD\";1;1;\"\";;\n");
        assertThat(BerkaFolder.read(folder).transactions())
                .extracting(BerkaTransaction::id)
                .containsExactly(1L, 2L);
    }

    @Test
    void refusesWhatIsNotOfTheForm() throws IOException {
        for (Map.Entry<String, String> wrong :
                Map.of(
                                "1;7;930105;\"PRIJEM\";\"VKLAD\";1;1;\"\";", "fields: 9",
                                "1;7;931305;\"PRIJEM\";\"VKLAD\";1;1;\"\";;", "date",
                                "1;7;930105;\"X\";\"VKLAD\";1;1;\"\";;", "type",
                                "1;7;930105;\"PRIJEM\";\"\";1;1;\"\";;", "operation",
                                "1;7;930105;\"PRIJEM\";\"VKLAD\";-1;1;\"\";;", "amount",
                                "1;7;930105;\"PRIJEM\";\"VKLAD\";1.234;1;\"\";;", "amount",
                                "1;8;930105;\"PRIJEM\";\"VKLAD\";1;1;\"\";;", "account_id",
                                "1;7;930105;\"PRIJEM;\"VKLAD\";1;1;\"\";;", "quote",
                                "1;7;930105;PRI\"JEM;\"VKLAD\";1;1;\"\";;", "quote")
                        .entrySet()) {
            write("trans_a.asc", HEADER + wrong.getKey() + "\n");
            assertThatThrownBy(() -> BerkaFolder.read(folder))
                    .isInstanceOf(MalformedFileException.class)
                    .hasMessageContaining("trans_a.asc, line 2")
                    .hasMessageContaining(wrong.getValue());
        }
    }

    @Test
    void refusesARowThatStandsTwice() throws IOException {
        String row = "1;7;930105;\"PRIJEM\";\"VKLAD\";1;1;\"\";;\n";
        write("trans_a.asc", HEADER + row + row);
        assertThatThrownBy(() -> BerkaFolder.read(folder)).hasMessageContaining("each number once");
    }

    @Test
    void readsTheRealFolder() throws IOException {
        BerkaFolder real = BerkaFolder.read(RealFolder.orSkip());
        List<BerkaTransaction> of1993 =
                real.transactions().stream().filter(row -> row.date().getYear() == 1993).toList();
        Map<Class<?>, Long> sides =
                of1993.stream()
                        .collect(
                                Collectors.groupingBy(
                                        row -> row.otherSide().getClass(), Collectors.counting()));
        assertThat(of1993).hasSize(28_205);
        assertThat(sides)
                .containsEntry(OtherSide.InterestExpense.class, 6_065L)
                .containsEntry(OtherSide.FeeIncome.class, 2_922L)
                .containsEntry(OtherSide.PenaltyInterestIncome.class, 9L)
                .containsEntry(OtherSide.Nostro.class, 5_693L)
                .containsEntry(OtherSide.CashDesk.class, 13_516L);
    }

    private void write(String name, String text) throws IOException {
        Files.writeString(folder.resolve(name), text);
    }
}
