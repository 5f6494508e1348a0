package io.feiqian.iso20022;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Files as customers and other banks send them; every value can be made wrong. */
final class Messages {
    /** A transaction. */
    record Tx(String instrId, String endToEndId, String currency, String amount, String creditor) {
        static Tx of(int number, String amount, String creditor) {
            return new Tx("I" + number, "E" + number, "CNY", amount, creditor);
        }
    }

    String version = "09";
    String id = "MSG-1";
    String created = "2026-01-15T09:30:00Z";
    String party = "<Nm>Lantern Trading</Nm><Id><OrgId><AnyBIC>LANTCNSH</AnyBIC></OrgId></Id>";
    String day = "2026-01-15";
    String debtor = "";
    String prolog = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
    Optional<String> count = Optional.empty();
    Optional<String> sum = Optional.empty();
    Optional<String> batchSum = Optional.empty();
    final List<Tx> all = new ArrayList<>();

    Messages with(Tx... more) {
        all.addAll(List.of(more));
        return this;
    }

    String pain() {
        StringBuilder out = new StringBuilder(prolog);
        String ask = version.equals("03") ? day : "<Dt>" + day + "</Dt>";
        out.append(
                """
                <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.%s">
                <CstmrCdtTrfInitn>
                <GrpHdr><MsgId>%s</MsgId><CreDtTm>%s</CreDtTm><NbOfTxs>%s</NbOfTxs>
                <CtrlSum>%s</CtrlSum><InitgPty>%s</InitgPty></GrpHdr>
                <PmtInf><PmtInfId>BATCH-1</PmtInfId><PmtMtd>TRF</PmtMtd><NbOfTxs>%d</NbOfTxs>
                <CtrlSum>%s</CtrlSum>
                <ReqdExctnDt>%s</ReqdExctnDt><Dbtr><Nm>Lantern Trading</Nm></Dbtr>
                <DbtrAcct><Id>%s</Id></DbtrAcct>
                <DbtrAgt><FinInstnId><BICFI>FEIQCNSH</BICFI></FinInstnId></DbtrAgt>
                """
                        .formatted(
                                version,
                                id,
                                created,
                                count.orElse(Integer.toString(all.size())),
                                sum.orElseGet(this::total),
                                party,
                                all.size(),
                                batchSum.orElseGet(this::total),
                                ask,
                                account(debtor)));
        for (Tx each : all) {
            out.append("<CdtTrfTxInf><PmtId>");
            if (!each.instrId().isEmpty()) {
                out.append("<InstrId>" + each.instrId() + "</InstrId>");
            }
            out.append(
                    """
                    <EndToEndId>%s</EndToEndId></PmtId>
                    <Amt><InstdAmt Ccy="%s">%s</InstdAmt></Amt>
                    <Cdtr><Nm>Paper &amp; Ink</Nm></Cdtr><CdtrAcct><Id>%s</Id></CdtrAcct>
                    <RmtInf><Ustrd>Invoice</Ustrd><Ustrd>17</Ustrd></RmtInf></CdtTrfTxInf>
                    """
                            .formatted(
                                    each.endToEndId(),
                                    each.currency(),
                                    each.amount(),
                                    account(each.creditor())));
        }
        return out.append("</PmtInf></CstmrCdtTrfInitn></Document>\n").toString();
    }

    String pacs(String sender) {
        StringBuilder out = new StringBuilder(prolog);
        out.append(
                """
                <Document xmlns="urn:iso:std:iso:20022:tech:xsd:pacs.008.001.08">
                <FIToFICstmrCdtTrf><GrpHdr><MsgId>%s</MsgId><CreDtTm>%s</CreDtTm>
                <NbOfTxs>%d</NbOfTxs><SttlmInf><SttlmMtd>INDA</SttlmMtd></SttlmInf>
                <InstgAgt><FinInstnId><BICFI>%s</BICFI></FinInstnId></InstgAgt></GrpHdr>
                """
                        .formatted(id, created, all.size(), sender));
        for (Tx each : all) {
            out.append(
                    """
                    <CdtTrfTxInf><PmtId><EndToEndId>%s</EndToEndId><TxId>T-%s</TxId></PmtId>
                    <IntrBkSttlmAmt Ccy="%s">%s</IntrBkSttlmAmt><ChrgBr>SLEV</ChrgBr>
                    <Dbtr><Nm>Far Away</Nm></Dbtr>
                    <DbtrAcct><Id><Othr><Id>998877</Id></Othr></Id></DbtrAcct>
                    <Cdtr><Nm>Lantern Trading</Nm></Cdtr><CdtrAcct><Id>%s</Id></CdtrAcct>
                    </CdtTrfTxInf>
                    """
                            .formatted(
                                    each.endToEndId(),
                                    each.endToEndId(),
                                    each.currency(),
                                    each.amount(),
                                    account(each.creditor())));
        }
        return out.append("</FIToFICstmrCdtTrf></Document>\n").toString();
    }

    private String total() {
        return all.stream()
                .map(each -> new BigDecimal(each.amount()))
                .reduce(BigDecimal.ZERO, BigDecimal::add)
                .toPlainString();
    }

    private static String account(String number) {
        boolean iban = number.matches("[A-Z]{2}.*");
        return iban ? "<IBAN>" + number + "</IBAN>" : "<Othr><Id>" + number + "</Id></Othr>";
    }
}
