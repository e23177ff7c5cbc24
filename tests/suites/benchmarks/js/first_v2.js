process.env.AWS_SDK_JS_SUPPRESS_MAINTENANCE_MODE_MESSAGE = "1";
const STS = require("aws-sdk/clients/sts");
const client = new STS({ region: "us-east-1", endpoint: process.env.BENCH_URL,
  accessKeyId: "AKIAIOSFODNN7EXAMPLE", secretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY" });
client.assumeRole({ RoleArn: "arn:aws:iam::123456789012:role/demo", RoleSessionName: "bench", DurationSeconds: 900 }).promise().then(() => process.exit(0));
