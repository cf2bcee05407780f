//! What the services say on the wire, in bytes. The clients that nobody here wrote are asked in the program's tests.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod common;

use aws_smithy_cbor::Encoder;
use aws_smithy_types::DateTime;
use common::{address, ask, form, soon, world};
use evac_sim::topology::{Region, Service};
use jiff::SignedDuration;
use serde_json::{Value, json};

/// 11:50 to 12:00 on the world's day.
const FROM: i64 = 1_795_348_200;
const TO: i64 = FROM + 600;

fn cbor_query() -> Vec<u8> {
    let mut encoder = Encoder::new(Vec::new());
    // Indefinite lengths, as the Rust SDK writes them.
    encoder.begin_map().str("MetricDataQueries").begin_array().begin_map().str("Id").str("lag").str("MetricStat");
    encoder.begin_map().str("Metric").begin_map().str("Namespace").str("AWS/RDS");
    encoder.str("MetricName").str("AuroraGlobalDBRPOLag").str("Dimensions").begin_array().begin_map();
    encoder.str("Name").str("DBClusterIdentifier").str("Value").str("akidb-usw2").end().end().end();
    encoder.str("Period").integer(60).str("Stat").str("Maximum").end().end().end();
    encoder.str("StartTime").timestamp(&DateTime::from_secs(FROM)).str("EndTime").timestamp(&DateTime::from_secs(TO));
    encoder.end();
    encoder.into_writer()
}

/// The doubles of a CBOR text, in order. Values of metrics are the only ones outside of timestamps.
fn doubles(text: &[u8]) -> Vec<f64> {
    let mut found = Vec::new();
    let mut place = 0;
    while place + 9 <= text.len() {
        if text[place] == 0xfb {
            let tagged = place > 0 && text[place - 1] == 0xc1;
            let bytes: [u8; 8] = text[place + 1..place + 9].try_into().unwrap();
            if !tagged {
                found.push(f64::from_be_bytes(bytes));
            }
            place += 9;
        } else {
            place += 1;
        }
    }
    found
}

#[tokio::test]
async fn cloudwatch_says_the_same_in_cbor_json_and_xml() {
    let (simulator, _directory) = world(None).await;
    let address = address(&simulator, Service::CloudWatch, Region::UsWest2);
    let body = cbor_query();
    let head = format!(
        "POST /service/GraniteServiceVersion20100801/operation/GetMetricData HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\
         content-type: application/cbor\r\nsmithy-protocol: rpc-v2-cbor\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let answer = {
        use tokio::io::{AsyncReadExt, AsyncWriteExt};
        let mut stream = tokio::net::TcpStream::connect(&address).await.unwrap();
        stream.write_all(head.as_bytes()).await.unwrap();
        stream.write_all(&body).await.unwrap();
        let mut answer = Vec::new();
        soon(stream.read_to_end(&mut answer)).await.unwrap();
        common::parsed(answer).unwrap()
    };
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("smithy-protocol"), Some("rpc-v2-cbor"));
    let in_cbor = doubles(&answer.body);
    // The last minute has ended and is not published yet.
    assert_eq!(in_cbor.len(), 9, "{in_cbor:?}");

    let query = json!({"StartTime": FROM, "EndTime": TO, "MetricDataQueries": [{"Id": "lag", "MetricStat": {
        "Period": 60, "Stat": "Maximum", "Metric": {"Namespace": "AWS/RDS", "MetricName": "AuroraGlobalDBRPOLag",
        "Dimensions": [{"Name": "DBClusterIdentifier", "Value": "akidb-usw2"}]}}}]});
    let headers = "content-type: application/x-amz-json-1.0\r\n\
                   x-amz-target: GraniteServiceVersion20100801.GetMetricData\r\n";
    let answer = ask(&address, "POST", "/", headers, &query.to_string()).await.unwrap();
    let value: Value = serde_json::from_slice(&answer.body).unwrap();
    let result = &value["MetricDataResults"][0];
    let in_json: Vec<f64> = result["Values"].as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    assert_eq!(in_json, in_cbor);
    assert_eq!(result["Timestamps"][0].as_f64(), Some((TO - 120) as f64), "the newest comes first");
    assert_eq!(result["StatusCode"], "Complete");

    let query = "Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-22T11:50:00Z&EndTime=2026-11-22T12:00:00Z\
                 &MetricDataQueries.member.1.Id=lag&MetricDataQueries.member.1.MetricStat.Period=60\
                 &MetricDataQueries.member.1.MetricStat.Stat=Maximum\
                 &MetricDataQueries.member.1.MetricStat.Metric.Namespace=AWS/RDS\
                 &MetricDataQueries.member.1.MetricStat.Metric.MetricName=AuroraGlobalDBRPOLag\
                 &MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name=DBClusterIdentifier\
                 &MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value=akidb-usw2";
    let text = form(&address, query).await.unwrap().text();
    let values = text.split("<Values>").nth(1).unwrap().split("</Values>").next().unwrap();
    let in_xml: Vec<f64> = values
        .split("<member>")
        .skip(1)
        .map(|member| member.strip_suffix("</member>").unwrap().parse().unwrap())
        .collect();
    assert_eq!(in_xml, in_cbor);
    simulator.shut_down().await;
}

#[tokio::test]
async fn nothing_that_a_client_sends_is_answered_with_a_crash() {
    let (simulator, _directory) = world(None).await;
    let mut random = fastrand::Rng::with_seed(11);
    let bodies = [
        "",
        "\u{0}\u{1}",
        "Action=",
        "Action=DescribeDBClusters&Filters.Filter.1.Name=",
        "{",
        "[]",
        "null",
        "{\"TimePeriod\":{\"Start\":\"9999-12-31\",\"End\":\"x\"}}",
        "Action=DescribeEvents&Duration=99999999999999999999",
        "Action=DescribeEvents&StartTime=2026-13-45&Marker=evac-page-99999999999999999999",
        "%%%=%%&=&&a.1.2.3.4.5=6",
    ];
    let paths = [
        "/",
        "//",
        "/%ff%fe/..",
        "/akidb-data-usw2",
        "/akidb-data-usw2?list-type=2&max-keys=99999999999999999999",
        "/akidb-data-usw2?list-type=2&continuation-token=x",
        "/akidb-data-usw2/k?versionId=",
        "/2013-04-01/hostedzone/",
        "/2013-04-01/healthcheck//status",
        "/service/x/operation/",
        "/service/G/operation/GetMetricData",
        "/2013-04-01/hostedzone?maxitems=-1",
    ];
    let targets = [
        "",
        "x-amz-target: a.GetCostAndUsage\r\n",
        "x-amz-target: .\r\n",
        "smithy-protocol: rpc-v2-cbor\r\n",
        "content-encoding: aws-chunked\r\n",
    ];
    let methods = ["GET", "POST", "PUT", "HEAD", "DELETE", "PATCH"];
    for (service, region, _) in simulator.addresses() {
        let address = address(&simulator, service, region);
        for _ in 0..60 {
            let (method, path) = (random.choice(methods).unwrap(), random.choice(paths).unwrap());
            let (headers, body) = (random.choice(targets).unwrap(), random.choice(bodies).unwrap());
            let answer = soon(ask(&address, method, path, headers, body)).await;
            let answer = answer.unwrap_or_else(|error| panic!("{service} {method} {path} {headers} {body:?}: {error}"));
            assert!(answer.status < 500 || answer.status == 501, "{service} {method} {path} {headers} {body:?}");
        }
    }
    simulator.shut_down().await;
}

#[tokio::test]
async fn an_object_in_chunks_is_written_and_copied_in_both_styles_of_address() {
    let (simulator, _directory) = world(None).await;
    let (here, there) =
        (address(&simulator, Service::S3, Region::UsEast1), address(&simulator, Service::S3, Region::UsWest2));
    let chunks = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n";
    let headers = "content-encoding: aws-chunked\r\nx-amz-decoded-content-length: 5\r\nx-amz-trailer: x-amz-checksum-crc32\r\n\
                   x-amz-content-sha256: STREAMING-UNSIGNED-PAYLOAD-TRAILER\r\n";
    let put = ask(&here, "PUT", "/akidb-data-use1/canary%201?x-id=PutObject", headers, chunks).await.unwrap();
    assert_eq!(put.status, 200, "{}", put.text());
    assert_eq!(put.header("x-amz-checksum-crc32"), Some("nhcmhg=="));
    let head = ask(&here, "HEAD", "/akidb-data-use1/canary%201", "", "").await.unwrap();
    assert_eq!((head.header("x-amz-replication-status"), head.header("content-length")), (Some("pending"), Some("5")));
    assert_eq!(ask(&there, "HEAD", "/akidb-data-usw2/canary%201", "", "").await.unwrap().status, 404);
    simulator.clock().advance(SignedDuration::from_mins(2));
    let head = ask(&here, "HEAD", "/akidb-data-use1/canary%201", "", "").await.unwrap();
    assert_eq!(head.header("x-amz-replication-status"), Some("completed"));
    // The bucket in the name of the host, as most clients put it there.
    let request = "GET /canary%201 HTTP/1.1\r\nhost: akidb-data-usw2.s3.us-west-2.amazonaws.com\r\nconnection: close\r\n\
                   x-amz-checksum-mode: ENABLED\r\n\r\n";
    let copy = common::parsed(common::raw(&there, request).await.unwrap()).unwrap();
    assert_eq!((copy.text().as_str(), copy.header("x-amz-replication-status")), ("hello", Some("replica")));
    assert_eq!(copy.header("x-amz-checksum-crc32"), Some("nhcmhg=="));
    let broken = ask(&here, "PUT", "/akidb-data-use1/x", headers, "ff\r\nhello").await.unwrap();
    assert!(broken.status == 400 && broken.text().contains("IncompleteBody"));
    simulator.shut_down().await;
}

#[tokio::test]
async fn a_bucket_is_served_by_its_own_region_alone() {
    let (simulator, _directory) = world(None).await;
    let here = address(&simulator, Service::S3, Region::UsEast1);
    let other = ask(&here, "GET", "/akidb-data-usw2?replication", "", "").await.unwrap();
    assert_eq!((other.status, other.header("x-amz-bucket-region")), (301, Some("us-west-2")));
    assert!(other.text().contains("<Code>PermanentRedirect</Code>"));
    let location = ask(&here, "GET", "/akidb-data-usw2?location", "", "").await.unwrap();
    assert!(location.text().ends_with(">us-west-2</LocationConstraint>"), "{}", location.text());
    simulator.shut_down().await;
}

#[tokio::test]
async fn pages_of_events_follow_each_other_and_errors_have_their_codes() {
    let (simulator, _directory) = world(None).await;
    let rds = address(&simulator, Service::Rds, Region::UsWest2);
    let ask = "Action=DescribeEvents&Version=2014-10-31&Duration=20160&MaxRecords=20";
    let first = form(&rds, ask).await.unwrap().text();
    let marker = first.split("<Marker>").nth(1).unwrap().split('<').next().unwrap();
    let second = form(&rds, &format!("{ask}&Marker={marker}")).await.unwrap().text();
    assert_eq!(first.matches("<Event>").count(), 20);
    assert!(second.matches("<Event>").count() > 0 && !second.contains("<Marker>"));
    for (request, status, code) in [
        ("Action=DescribeEvents&Marker=mine", 400, "InvalidParameterValue"),
        ("Action=DescribeEvents&Duration=0", 400, "InvalidParameterValue"),
        ("Action=DescribeEvents&SourceIdentifier=akidb-usw2", 400, "InvalidParameterCombination"),
        ("Action=DescribeDBClusters&DBClusterIdentifier=nope", 404, "DBClusterNotFoundFault"),
        ("Action=DescribeGlobalClusters&GlobalClusterIdentifier=nope", 404, "GlobalClusterNotFoundFault"),
        ("Action=DescribeDBInstances&DBInstanceIdentifier=nope", 404, "DBInstanceNotFound"),
        ("Action=DescribeDBProxies", 400, "InvalidAction"),
        ("", 400, "MissingAction"),
    ] {
        let answer = form(&rds, request).await.unwrap();
        assert_eq!(answer.status, status, "{request}");
        assert!(answer.text().contains(&format!("<Code>{code}</Code>")), "{request}: {}", answer.text());
        assert!(answer.header("x-amzn-requestid").is_some());
    }
    simulator.shut_down().await;
}
