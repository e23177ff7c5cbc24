process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
process.env.AWS_NODEJS_CONNECTION_REUSE_ENABLED = "1";
const STS = require("aws-sdk/clients/sts");
const client = new STS({ region: "us-east-1", endpoint: process.env.BENCH_URL,
  accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
require("./warm.js")(() => client.assumeRole({ RoleArn: "arn:aws:iam::123456789012:role/demo", RoleSessionName: "bench", DurationSeconds: 900 }).promise());
